import { expect, test } from 'vitest'
import { SharedQuestions } from '../../server/http/shared-questions.ts'

test('equal questions at the same time share one answer, and a later one gets a new answer', async () => {
  const questions = new SharedQuestions<number>()
  let asked = 0
  const ask = async () => ++asked
  expect(await Promise.all([questions.ask('q', ask), questions.ask('q', ask), questions.ask('other', ask)])).toEqual([1, 1, 2])
  expect(await questions.ask('q', ask)).toBe(3)
})

test('a failure is shared as well, and is not kept', async () => {
  const questions = new SharedQuestions<string>()
  const fail = () => Promise.reject(new Error('no such table'))
  const answers = await Promise.allSettled([questions.ask('q', fail), questions.ask('q', fail)])
  expect(answers).toMatchObject([{ reason: new Error('no such table') }, { reason: new Error('no such table') }])
  expect(await questions.ask('q', async () => 'again')).toBe('again')
})

test('a question is dropped when all of its visitors have left, and not before', async () => {
  const questions = new SharedQuestions<string>()
  const visitors = [new AbortController(), new AbortController()]
  const { promise, resolve } = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const ask = (signal: AbortSignal) => {
    signals.push(signal)
    return promise
  }
  const answers = visitors.map(({ signal }) => questions.ask('q', ask, signal))
  visitors[0]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  visitors[1]?.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  // Whoever comes then asks anew.
  answers.push(questions.ask('q', ask))
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  resolve('answer')
  expect(await Promise.all(answers)).toEqual(['answer', 'answer', 'answer'])
})

test('a visitor who has left already asks nothing', async () => {
  const questions = new SharedQuestions<string>()
  await expect(questions.ask('q', () => Promise.reject(new Error('asked')), AbortSignal.abort())).rejects.toThrow(/aborted/)
})
