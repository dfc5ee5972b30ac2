import { beforeEach, describe, expect, test, vi } from 'vitest'
import { BusyError, WorkQueue } from '../../app/_request/work-queue.ts'

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
  const queue = new WorkQueue()
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

test('no work starts between one that ends and the next', async () => {
  const queue = new WorkQueue()
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
  const queue = new WorkQueue()
  const failing = queue.run(() => Promise.reject(new Error('no such table')), NEVER)
  const next = queue.run(async () => 'next', NEVER)
  await expect(failing).rejects.toThrow('no such table')
  expect(await next).toBe('next')
})

test('who has gone is dropped before its turn', async () => {
  const queue = new WorkQueue()
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

describe('with a simulated clock,', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    return () => vi.useRealTimers()
  })

  /** Has `queue` do a work that takes `milliseconds`. */
  async function take(queue: WorkQueue, milliseconds: number) {
    const { start, end } = work('one')
    const running = queue.run(start, NEVER)
    await vi.advanceTimersByTimeAsync(milliseconds)
    end()
    await running
  }

  /** Adds works that wait for `queue`, and counts those that run and those that are refused. */
  function wait(queue: WorkQueue, many: number) {
    const counts = { served: 0, refused: 0 }
    const places: number[] = []
    for (let place = 0; place < many; place++) {
      const serve = () => {
        counts.served += 1
        places.push(place)
      }
      const refuse = (reason: unknown) => {
        expect(reason).toBeInstanceOf(BusyError)
        counts.refused += 1
      }
      queue.run(async () => {}, NEVER).then(serve, refuse)
    }
    return { counts, places }
  }

  test('what waits for a work that takes longer than those before is refused while that runs', async () => {
    const queue = new WorkQueue()
    await take(queue, 0)
    const slow = work('slow')
    const running = queue.run(slow.start, NEVER)
    const { counts } = wait(queue, 200)
    // The average is 40 ms then, and 800 ms the longest time to wait.
    await vi.advanceTimersByTimeAsync(80)
    expect(counts).toEqual({ served: 0, refused: 180 })
    slow.end()
    await running
    await vi.advanceTimersByTimeAsync(0)
    expect(counts).toEqual({ served: 20, refused: 180 })
  })

  test('one work that takes longer than those before leaves many short ones their places', async () => {
    const queue = new WorkQueue()
    for (let each = 0; each < 5; each++) await take(queue, 8)
    const slow = work('slow')
    const running = queue.run(slow.start, NEVER)
    const { counts } = wait(queue, 25)
    await vi.advanceTimersByTimeAsync(40)
    slow.end()
    await running
    await vi.advanceTimersByTimeAsync(0)
    expect(counts).toEqual({ served: 25, refused: 0 })
  })

  test('what would wait too long, as long as works take, is refused, latecomers first', async () => {
    const queue = new WorkQueue()
    const slow = work('slow')
    const running = queue.run(slow.start, NEVER)
    const { counts, places } = wait(queue, 50)
    await vi.advanceTimersByTimeAsync(100)
    slow.end()
    await running
    await vi.advanceTimersByTimeAsync(0)
    expect(counts).toEqual({ served: 8, refused: 42 })
    expect(places).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    // Once short works have passed, as many may wait again.
    for (let each = 0; each < 20; each++) await take(queue, 1)
    const after = wait(queue, 50)
    await vi.advanceTimersByTimeAsync(0)
    expect(after.counts).toEqual({ served: 50, refused: 0 })
  })
})
