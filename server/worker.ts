// Only for an upgrade from version 0.1: the master of that release, which runs on, starts the workers of the new one from here.
import './worker/worker.ts'
