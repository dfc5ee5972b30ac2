// Forwards because masters of every release start workers of any other from this path: one of version 0.1 during an upgrade, too.
import './worker/worker.ts'
