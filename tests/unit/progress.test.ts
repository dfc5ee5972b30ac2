import { expect, test } from 'vitest'
import { Progress } from '../../server/progress.ts'

function progressOn({ isTTY }: { isTTY: boolean }) {
  const written: string[] = []
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 }
  return { written, progress: new Progress(stream, 2000, 'people') }
}

test('a terminal shows one bar that is redrawn, and cleared at the end', () => {
  const { written, progress } = progressOn({ isTTY: true })
  progress.show(0)
  progress.show(1001)
  progress.show(2000)
  progress.end()
  expect(written).toEqual([
    '\r[........................] 0 % (0 of 2,000 people)',
    '\r[############............] 50 % (1,001 of 2,000 people)',
    '\r[########################] 100 % (2,000 of 2,000 people)',
    '\r\x1b[2K',
  ])
})

test('a pipe gets a line at every tenth of the way', () => {
  const { written, progress } = progressOn({ isTTY: false })
  for (let done = 0; done <= 2000; done += 50) progress.show(done)
  progress.end()
  expect(written).toHaveLength(10)
  expect(written.slice(0, 2)).toEqual(['10 % (200 of 2,000 people)\n', '20 % (400 of 2,000 people)\n'])
  expect(written.at(-1)).toBe('100 % (2,000 of 2,000 people)\n')
})
