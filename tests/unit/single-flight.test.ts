import { expect, test } from 'vitest'
import { SingleFlight } from '../../server/http/single-flight.ts'

test('simultaneous calls share one run, and a later call runs again', async () => {
  const calls = new SingleFlight<number>()
  let runs = 0
  const work = async () => ++runs
  expect(await Promise.all([calls.run('q', work), calls.run('q', work), calls.run('other', work)])).toEqual([1, 1, 2])
  expect(await calls.run('q', work)).toBe(3)
})

test('a failure is shared as well, and is not kept', async () => {
  const calls = new SingleFlight<string>()
  const fail = () => Promise.reject(new Error('no such table'))
  const results = await Promise.allSettled([calls.run('q', fail), calls.run('q', fail)])
  expect(results).toMatchObject([{ reason: new Error('no such table') }, { reason: new Error('no such table') }])
  expect(await calls.run('q', async () => 'again')).toBe('again')
})

test('the work is aborted when all its callers have gone, and not before', async () => {
  const calls = new SingleFlight<string>()
  const callers = [new AbortController(), new AbortController()]
  const { promise, resolve } = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const work = (signal: AbortSignal) => {
    signals.push(signal)
    return promise
  }
  const results = callers.map(({ signal }) => calls.run('q', work, signal))
  callers[0]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  callers[1]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  // A later call runs anew.
  results.push(calls.run('q', work))
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  resolve('result')
  expect(await Promise.all(results)).toEqual(['result', 'result', 'result'])
})

test('a caller who has already gone runs nothing', async () => {
  const calls = new SingleFlight<string>()
  await expect(calls.run('q', () => Promise.reject(new Error('run')), AbortSignal.abort())).rejects.toThrow(/aborted/)
})
