import { expect, test } from 'vitest'
import { SingleFlight } from '../../server/http/single-flight.ts'

test('those who ask the same at the same time share one answer, and who asks later gets a new one', async () => {
  const calls = new SingleFlight<number>()
  let asked = 0
  const ask = async () => ++asked
  expect(await Promise.all([calls.run('q', ask), calls.run('q', ask), calls.run('other', ask)])).toEqual([1, 1, 2])
  expect(await calls.run('q', ask)).toBe(3)
})

test('a failure is shared as well, and is not kept', async () => {
  const calls = new SingleFlight<string>()
  const fail = () => Promise.reject(new Error('no such table'))
  const answers = await Promise.allSettled([calls.run('q', fail), calls.run('q', fail)])
  expect(answers).toMatchObject([{ reason: new Error('no such table') }, { reason: new Error('no such table') }])
  expect(await calls.run('q', async () => 'again')).toBe('again')
})

test('a question is dropped when all who asked it have gone, and not before', async () => {
  const calls = new SingleFlight<string>()
  const visitors = [new AbortController(), new AbortController()]
  const { promise, resolve } = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const ask = (signal: AbortSignal) => {
    signals.push(signal)
    return promise
  }
  const answers = visitors.map(({ signal }) => calls.run('q', ask, signal))
  visitors[0]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  visitors[1]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  // Whoever comes then asks anew.
  answers.push(calls.run('q', ask))
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  resolve('answer')
  expect(await Promise.all(answers)).toEqual(['answer', 'answer', 'answer'])
})

test('who has gone already asks nothing', async () => {
  const calls = new SingleFlight<string>()
  await expect(calls.run('q', () => Promise.reject(new Error('asked')), AbortSignal.abort())).rejects.toThrow(/aborted/)
})
