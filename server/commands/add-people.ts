import { setImmediate } from 'node:timers/promises'
import { onInterruption } from './interruption.ts'
import { createProgressBar } from './progress-bar.ts'

type Step = { added: number; people: number }
type Steps = Iterable<Step> | AsyncIterable<Step>

/**
 * Takes `steps`, which add people to the `people` who are there until there are `target`, and reports them. Returns the exit status: that
 * of a signal which has ended them early.
 */
export async function addPeopleUpTo(target: number, people: number, steps: Steps): Promise<number> {
  let added = 0
  let exitStatus = 0
  // A second Ctrl-C ends the process at once, with the database as valid as after a crash.
  onInterruption((status) => {
    exitStatus = status
  })
  const bar = createProgressBar('{percentage} % ({value} of {total} people)')
  if (people < target) bar.start(target, people)
  for await (const step of steps) {
    added += step.added
    people = step.people
    bar.update(people)
    // Signals and the bar's timer get their turn.
    await setImmediate()
    if (exitStatus !== 0) break
  }
  bar.stop()
  if (exitStatus !== 0) console.error('Interrupted; run the same command again to continue.')
  reportPeople(added, people)
  return exitStatus
}

/** Prints what a seed has done. */
export function reportPeople(added: number, people: number): void {
  const change = added === 0 ? 'Nothing to add' : `Added ${format(added)} ${added === 1 ? 'person' : 'people'}`
  console.log(`${change}; the database has ${format(people)} ${people === 1 ? 'person' : 'people'}.`)
}

function format(count: number): string {
  return count.toLocaleString('en')
}
