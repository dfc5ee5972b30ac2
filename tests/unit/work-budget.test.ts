import { expect, test } from 'vitest'
import { LIST_LIMITS } from '../../app/_models/sqlite/search/limits.ts'
import { WorkBudget } from '../../app/_models/sqlite/work-budget.ts'

const NEVER = new AbortController().signal

/** Requests that arrive one after the other, each of which takes a millisecond; `arrived` says how many there were so far. */
function requests(most: number) {
  let arrived = 0
  const arrive = () => {
    const until = performance.now() + 1
    while (performance.now() < until);
    arrived += 1
    if (arrived < most) setImmediate(arrive)
  }
  setImmediate(arrive)
  const end = () => {
    arrived = most
  }
  return { arrived: () => arrived, end }
}

/** A statement that blocks the process for `milliseconds`. */
function block(milliseconds: number) {
  return async () => {
    const until = performance.now() + milliseconds
    while (performance.now() < until);
  }
}

test('a statement waits for requests that have arrived while the last one ran', async () => {
  const budget = new WorkBudget(LIST_LIMITS, NEVER)
  await budget.run(block(200))
  const { arrived } = requests(10)
  expect(await budget.run(async () => arrived())).toBe(10)
})

test('a statement waits no longer than the last one ran', async () => {
  const budget = new WorkBudget(LIST_LIMITS, NEVER)
  await budget.run(block(10))
  const { arrived, end } = requests(Number.POSITIVE_INFINITY)
  expect(await budget.run(async () => arrived())).toBeLessThanOrEqual(12)
  end()
})

test('a statement is not run if no visitor waits for it any more', async () => {
  const gone = new AbortController()
  const budget = new WorkBudget(LIST_LIMITS, gone.signal)
  let isRun = false
  const work = budget.run(async () => {
    isRun = true
  })
  gone.abort()
  await expect(work).rejects.toThrow(/aborted/)
  expect(isRun).toBe(false)
})
