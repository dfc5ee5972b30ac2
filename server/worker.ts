// Masters start the workers of any release from this path, as they did in version 0.1: during an upgrade or a rollback, the master and
// its workers are of different releases.
import './worker/worker.ts'
