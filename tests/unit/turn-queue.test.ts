import { expect, test } from 'vitest'
import { BusyError, TurnQueue } from '../../app/_request/turn-queue.ts'

const NEVER = new AbortController().signal

/** A work that ends when it is told to. */
function work(name: string, began: string[] = []) {
  const { promise, resolve } = Promise.withResolvers<string>()
  const start = () => {
    began.push(name)
    return promise
  }
  return { start, end: () => resolve(name) }
}

test('works run one at a time, in the order in which they came', async () => {
  const queue = new TurnQueue()
  const began: string[] = []
  const works = ['first', 'second', 'third'].map((name) => work(name, began))
  const results = works.map(({ start }) => queue.run(start, NEVER))
  for (const [place, { end }] of works.entries()) {
    await expect.poll(() => began).toHaveLength(place + 1)
    end()
    await results[place]
  }
  expect(began).toEqual(['first', 'second', 'third'])
  expect(await Promise.all(results)).toEqual(began)
})

test('nobody slips in between a work that ends and the next one', async () => {
  const queue = new TurnQueue()
  let running = 0
  const step = async () => {
    running += 1
    expect(running).toBe(1)
    await Promise.resolve()
    running -= 1
  }
  const latecomers: Promise<void>[] = []
  const first = queue.run(step, NEVER)
  const second = queue.run(step, NEVER)
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve()
    latecomers.push(queue.run(step, NEVER))
  }
  await Promise.all([first, second, ...latecomers])
})

test('a work that fails makes way for the next one', async () => {
  const queue = new TurnQueue()
  const failing = queue.run(() => Promise.reject(new Error('no such table')), NEVER)
  const next = queue.run(async () => 'next', NEVER)
  await expect(failing).rejects.toThrow('no such table')
  expect(await next).toBe('next')
})

test('who has gone is dropped before its turn', async () => {
  const queue = new TurnQueue()
  const began: string[] = []
  const [first, second, third] = [work('first', began), work('second', began), work('third', began)]
  const gone = new AbortController()
  queue.run(first.start, NEVER)
  const dropped = queue.run(second.start, gone.signal)
  const served = queue.run(third.start, NEVER)
  gone.abort()
  await expect(dropped).rejects.toThrow(/aborted/)
  first.end()
  third.end()
  expect(await served).toBe('third')
  expect(began).toEqual(['first', 'third'])
})

test('what waits for a work that takes longer than those before is refused while that runs', async () => {
  const queue = new TurnQueue()
  await queue.run(async () => 'short', NEVER)
  const slow = work('slow')
  const running = queue.run(slow.start, NEVER)
  const waiting = Array.from({ length: 200 }, (_, place) => queue.run(async () => place, NEVER))
  let refused = 0
  for (const each of waiting) each.catch(() => (refused += 1))
  const first = waiting[0]
  // After 160 ms, the average is 80 ms, and at most ten may wait.
  await expect.poll(() => refused, { interval: 5 }).toBeGreaterThanOrEqual(190)
  slow.end()
  expect(await running).toBe('slow')
  expect(await first).toBe(0)
})

test('one work that takes longer than those before leaves many short ones their places', async () => {
  const queue = new TurnQueue()
  for (let each = 0; each < 20; each++) await queue.run(async () => each, NEVER)
  const slow = work('slow')
  const running = queue.run(slow.start, NEVER)
  const waiting = Array.from({ length: 25 }, (_, place) => queue.run(async () => place, NEVER))
  const until = performance.now() + 40
  await expect.poll(() => performance.now() > until, { interval: 5 }).toBe(true)
  slow.end()
  await running
  expect(await Promise.all(waiting)).toHaveLength(25)
})

test('what would wait too long, as long as works take, is refused, latecomers first', async () => {
  const queue = new TurnQueue()
  const slow = work('slow')
  const running = queue.run(slow.start, NEVER)
  const waiting = Array.from({ length: 50 }, (_, place) => queue.run(async () => place, NEVER))
  const outcomes = Promise.allSettled(waiting)
  // As long as the queue takes this work to be, at most 800 ms / 100 ms can wait for others like it.
  const until = performance.now() + 100
  await expect.poll(() => performance.now() > until, { interval: 5 }).toBe(true)
  slow.end()
  await running
  const settled = await outcomes
  const served = settled.filter(({ status }) => status === 'fulfilled').length
  expect(served).toBeGreaterThan(0)
  expect(served).toBeLessThanOrEqual(8)
  expect(settled.slice(0, served).every(({ status }) => status === 'fulfilled')).toBe(true)
  for (const outcome of settled.slice(served)) expect(outcome).toMatchObject({ reason: expect.any(BusyError) })
  // Once short works have passed, as many may wait again.
  for (let each = 0; each < 20; each++) await queue.run(async () => each, NEVER)
  expect(await Promise.all(Array.from({ length: 50 }, (_, place) => queue.run(async () => place, NEVER)))).toHaveLength(50)
})
