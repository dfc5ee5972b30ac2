import { constraintMessage } from '../database/constraint-message.ts'
import { OperatorError } from '../errors.ts'
import { formatPeople } from '../format.ts'
import { computeDigest, type Digest, isEqual, RunningDigest, toLine } from './digest.ts'
import type { PeopleDatabase, PersonRow } from './people-database.ts'

// Large enough for a transaction to cost little, small enough for an interruption to lose little, and for two of them to be in memory.
const PEOPLE_PER_BATCH = 10_000

const MAX_ID = 2 ** 31 - 1
const MAX_LISTED = 20

export type MoveOptions = {
  /** Whether people in the target who differ from the source's, or are not in it, are changed and removed. */
  isMirroring: boolean
  /** Called before each step that takes time, with the number of people that `onProgress` will count; null: it is not known. */
  onStep: (name: string, people: number | null) => void
  /** Called with the number of people that were read or written since the last call. It gives signals their turn, and throws to end the move. */
  onProgress: (people: number) => Promise<void>
}

export type MoveResult = {
  added: number
  removed: number
  /** The people of both, at the moment of the source that was moved. */
  digest: Digest
  /** Whether the source has changed since that moment. */
  isSourceChanged: boolean
}

/**
 * Shows from now on the people of `source` at this moment: those that `movePeople` moves.
 * @throws OperatorError when no database would accept some of them.
 */
export async function beginMove(source: PeopleDatabase): Promise<void> {
  await source.beginReading()
  const refused = await source.listRefusedPeople()
  if (refused.length === 0) return
  const lines = refused.slice(0, MAX_LISTED).map(({ id, reason }) => `  id ${id}: ${reason}`)
  if (refused.length > MAX_LISTED) lines.push(`  … and ${formatPeople(refused.length - MAX_LISTED)} more`)
  throw new OperatorError(
    `${formatPeople(refused.length)} in ${source.name} cannot be moved, nothing was changed; correct or remove them, and run the same command again:\n${lines.join('\n')}`,
  )
}

/**
 * After `beginMove`: makes the people of `target` those of `source`. Removes those who differ, then adds those who are missing, batch by batch,
 * so that a later call goes on where this one ended. Proves both equal at the end.
 * @throws OperatorError when the target has other people than the source; nothing is changed then.
 */
export async function movePeople(source: PeopleDatabase, target: PeopleDatabase, options: MoveOptions): Promise<MoveResult> {
  const lastId = await source.findLastId()
  const comparison = await compare(source, target, options)
  const { digest, wrongIds, missing, isTargetEmpty } = comparison
  expectCopy(target, comparison, options)

  if (wrongIds.length > 0) await removeAll(target, wrongIds, options)
  if (isTargetEmpty && missing > 0) await target.prepareForMany()
  if (missing > 0) await addMissing(source, target, missing, options)
  await source.endReading()
  options.onStep('Building indexes', null)
  await target.finishWriting(lastId, () => options.onProgress(0))

  const isSourceChanged = await prove(source, target, digest, options)
  return { added: missing, removed: wrongIds.length, digest, isSourceChanged }
}

type Comparison = {
  digest: Digest
  /** The people who must be added, with those who differ. */
  missing: number
  /** The people of the target who differ from the source's, or are not in it. */
  wrongIds: number[]
  /** The people of the target who are the source's. */
  same: number
  isTargetEmpty: boolean
}

async function compare(source: PeopleDatabase, target: PeopleDatabase, options: MoveOptions): Promise<Comparison> {
  options.onStep('Comparing both databases', null)
  const digest = new RunningDigest()
  const wrongIds: number[] = []
  let [people, same] = [0, 0]
  for await (const [ours, theirs] of readSideBySide(source, target)) {
    digest.add(ours)
    people += ours.length
    const lines = new Map(theirs.length > 0 ? ours.map((person) => [person[0], toLine(person)]) : [])
    for (const person of theirs) {
      if (lines.get(person[0]) === toLine(person)) same += 1
      else wrongIds.push(person[0])
    }
    await options.onProgress(ours.length)
  }
  return { digest: digest.end(), missing: people - same, wrongIds, same, isTargetEmpty: same + wrongIds.length === 0 }
}

function expectCopy(target: PeopleDatabase, { wrongIds, same }: Comparison, { isMirroring }: MoveOptions): void {
  if (wrongIds.length === 0) return
  const ids = wrongIds.slice(0, MAX_LISTED).join(', ') + (wrongIds.length > MAX_LISTED ? ', …' : '')
  const found = `${target.name} has ${formatPeople(wrongIds.length)} who differ from the source's or are not in it (id ${ids}), nothing was changed`
  // Most people of an earlier copy are still the same: what differs more is another directory.
  if (wrongIds.length > same) throw new OperatorError(`${found}; name an empty database, or one that does not exist`)
  if (!isMirroring)
    throw new OperatorError(
      `${found}; if it is an earlier copy of the source, --mirror changes and removes them, else name another database`,
    )
}

async function removeAll(target: PeopleDatabase, ids: number[], options: MoveOptions): Promise<void> {
  options.onStep('Removing people who differ', ids.length)
  for (let start = 0; start < ids.length; start += PEOPLE_PER_BATCH) {
    const batch = ids.slice(start, start + PEOPLE_PER_BATCH)
    await target.removePeople(batch)
    await options.onProgress(batch.length)
  }
}

// All people of the target are the source's by now.
async function addMissing(source: PeopleDatabase, target: PeopleDatabase, missing: number, options: MoveOptions): Promise<void> {
  options.onStep('Copying', missing)
  for await (const [ours, theirs] of readSideBySide(source, target)) {
    const there = new Set(theirs.map(([id]) => id))
    const absent = there.size === 0 ? ours : ours.filter(([id]) => !there.has(id))
    if (absent.length > 0) await addBatch(target, absent)
    await options.onProgress(absent.length)
  }
}

/** Adds `people`. When the target refuses one of them, halves them until it is known who. */
async function addBatch(target: PeopleDatabase, people: PersonRow[]): Promise<void> {
  try {
    await target.addPeople(people)
  } catch (error) {
    const sentence = constraintMessage(error)
    if (sentence === null) throw error
    const [person] = people
    if (people.length === 1 && person !== undefined)
      throw new OperatorError(
        `${target.name} refuses the person with id ${person[0]}: ${sentence}; correct or remove that person in the source`,
      )
    const middle = Math.ceil(people.length / 2)
    await addBatch(target, people.slice(0, middle))
    await addBatch(target, people.slice(middle))
  }
}

/** Returns whether the source has changed since it had `moved`. */
async function prove(source: PeopleDatabase, target: PeopleDatabase, moved: Digest, options: MoveOptions): Promise<boolean> {
  options.onStep('Proving both databases equal', moved.people)
  await target.beginReading()
  const there = await computeDigest(target, options.onProgress)
  await target.endReading()
  if (!isEqual(there, moved))
    throw new OperatorError(
      `${target.name} is not equal to what was moved (${formatPeople(there.people)}, SHA-256 ${there.sha256}, instead of ${formatPeople(moved.people)}, ${moved.sha256}): something else writes to it; stop that, and run the same command again`,
    )
  const problem = await target.findProblem(() => options.onProgress(0))
  if (problem !== null) throw new OperatorError(`${target.name} has the people, but did not pass its own check: ${problem}`)
  options.onStep('Looking whether the source has changed', moved.people)
  await source.beginReading()
  const now = await computeDigest(source, options.onProgress)
  await source.endReading()
  return !isEqual(now, moved)
}

/** The people of both, in order of id, in pairs of batches that span the same ids. */
async function* readSideBySide(source: PeopleDatabase, target: PeopleDatabase): AsyncGenerator<[PersonRow[], PersonRow[]]> {
  let after = 0
  while (after < MAX_ID) {
    const ours = await source.listPeople(after, PEOPLE_PER_BATCH)
    const theirs = await target.listPeople(after, PEOPLE_PER_BATCH)
    const last = Math.min(findEnd(ours), findEnd(theirs))
    yield [ours.filter(([id]) => id <= last), theirs.filter(([id]) => id <= last)]
    after = last
  }
}

/** The id up to which `people` are all that there are. */
function findEnd(people: PersonRow[]): number {
  return people.length < PEOPLE_PER_BATCH ? MAX_ID : (people.at(-1)?.[0] ?? MAX_ID)
}
