/** What the master does with the database that is served. */
export type ServedDatabase = {
  /**
   * Finds out, before anything is served, whether pages can be.
   * @throws OperatorError when they cannot, and waiting would not change that.
   */
  expectReady: () => Promise<void>
  /** Called when it is ready: from now on it is looked after. */
  watch: () => void
  /**
   * Called before each worker opens it.
   * @throws OperatorError when that would do harm.
   */
  check: () => void
  /** Why pages cannot be served right now, for the operator; null when they can. */
  readinessProblem: () => Promise<string | null>
  /** Its newest migration, or null when it cannot be read. */
  readVersion: () => Promise<string | null>
  /** Called when all workers have stopped. */
  leave: () => void
}
