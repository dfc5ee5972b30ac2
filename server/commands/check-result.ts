import { formatSeconds } from '../format.ts'

const NAME_WIDTH = 'Readable text'.length

/** Prints the line of a check that began at `began`. Returns whether it has found a problem. */
export function printResult(name: string, problem: string | null, began: number): boolean {
  console.log(`${name.padEnd(NAME_WIDTH)}  ${problem ?? `ok (${formatSeconds(performance.now() - began)})`}`)
  return problem !== null
}

/** @throws Error naming the checks that are `wrong` at the end, with what to do. */
export function expectNothingWrong(wrong: { name: string; isRepairable: boolean }[], isRepairing: boolean): void {
  if (wrong.length === 0) return
  const advice =
    wrong.some(({ isRepairable }) => isRepairable) && !isRepairing
      ? 'run roster check --repair'
      : 'see "did not pass" in docs/troubleshooting.md'
  throw new Error(`it has problems (${wrong.map(({ name }) => name).join(', ')}); ${advice}`)
}
