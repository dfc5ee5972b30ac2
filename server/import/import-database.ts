import { OperatorError } from '../errors.ts'
import type { Field, ImportedRow } from './imported-row.ts'

export const KEYS = ['email', 'username', 'id'] as const
export const MODES = ['add', 'update', 'upsert', 'mirror'] as const

export type Rules = { key: (typeof KEYS)[number]; mode: (typeof MODES)[number] }

/** How many people and rows an import concerns. */
export type Plan = { added: number; changed: number; same: number; removed: number; refused: number }

/** A share of the people, or a number of them. */
export type MaxDelete = { percent: number } | { people: number }

export type ImportOptions = Rules & {
  isDryRun: boolean
  /** Whether the good rows are written when others are refused. */
  isBadSkipped: boolean
  /** Of the mode "mirror". */
  maxDelete: MaxDelete
  /** Called when all is written and before it is committed: what throws here undoes everything. */
  onBeforeCommit: () => Promise<void>
  /** Called with the rows that are written, and their total. */
  onProgress: (written: number, total: number) => void
  /** Throws when the import must end. */
  checkInterruption: () => void
}

export type RefusedRow = { line: number; reason: string; cells: Partial<Record<Field, unknown>> }

/** What an import asks of the engine that keeps the people. The rows are staged first, and written then. */
export type ImportDatabase = {
  /** Copies `rows` to where memory stays flat, and returns their number. Calls `onProgress` now and then. */
  stageRows: (rows: AsyncIterable<ImportedRow>, onProgress: () => void) => Promise<number>
  /** Whether a staged row has the key, or is refused anyway. */
  isKeyGiven: (key: Rules['key']) => Promise<boolean>
  /**
   * Writes the staged rows in one transaction: all of them, or those that are not refused when `isBadSkipped`, or none.
   * @throws OperatorError when more people would be removed than `maxDelete` allows.
   */
  importPeople: (options: ImportOptions) => Promise<Plan>
  /** The rows that the last import has refused, in the order of the file; at most `limit`. */
  listRefusedRows: (limit?: number) => AsyncIterable<RefusedRow>
  /** The fields that any staged row has. */
  listGivenFields: () => Promise<Field[]>
  countPeople: () => Promise<number>
  /** A line about how to go back to the people before a mirror, once that is committed; null when nothing was changed. */
  describeCopy: () => string | null
  /** What the operator reads about `error`, or the error itself when only a stack trace helps. */
  explain: (error: unknown) => unknown
  close: () => Promise<void>
}

/** Whether what is decided may be written, as far as is known. */
export function canCommit({ refused }: Plan, { isDryRun, isBadSkipped }: Pick<ImportOptions, 'isDryRun' | 'isBadSkipped'>): boolean {
  return !isDryRun && (refused === 0 || isBadSkipped)
}

/** Whether a mirror must show that it removes few people. Where refused rows keep everything from being written, they matter more. */
export function mayRemove({ refused }: Plan, { mode, isBadSkipped }: Pick<ImportOptions, 'mode' | 'isBadSkipped'>): boolean {
  return mode === 'mirror' && (refused === 0 || isBadSkipped)
}

/** @throws OperatorError when a mirror of `plan` would remove more of the `people` than `maxDelete` allows. */
export function expectFewRemovals(plan: Plan, people: number, maxDelete: MaxDelete): void {
  if (plan.added + plan.changed + plan.same === 0)
    throw new OperatorError('no row of it can be imported, and mirroring it would remove everybody; mend the file')
  const limit = 'percent' in maxDelete ? Math.floor((people * maxDelete.percent) / 100) : maxDelete.people
  if (plan.removed > limit)
    throw new OperatorError(
      `it lacks ${plan.removed.toLocaleString('en')} of ${people.toLocaleString('en')} people, and --max-delete allows to remove ${limit.toLocaleString('en')}; check the file, or raise --max-delete`,
    )
}
