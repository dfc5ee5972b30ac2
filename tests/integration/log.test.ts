import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'

/** A process that runs `code` with `log`, which writes to its stdout. */
function runWithLog(code: string) {
  const script = `import { createLog } from './server/log.ts'
    const log = await createLog({ logLevel: 'info', logFormat: 'json' }, 1)
    ${code}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
}

async function readLines({ stdout }: ChildProcess): Promise<string[]> {
  return stdout === null ? [] : (await text(stdout)).trim().split('\n')
}

test('a reader of the log that does not read does not stop the process, and gets all lines later', async () => {
  // More than a pipe holds. A process whose stdout does not block, as after a use of process.stdout, would wait for the reader as well.
  const child = runWithLog(`process.stdout.once('close', () => {})
    for (let line = 0; line < 5_000; line += 1) log.info('x'.repeat(100))
    process.send('written')
    process.once('message', () => {})`)
  expect(await once(child, 'message')).toEqual(['written', undefined])
  let lines = 0
  child.stdout?.on('data', (bytes: Buffer) => {
    lines += bytes.toString('latin1').split('\n').length - 1
  })
  await expect.poll(() => lines, { timeout: 20_000 }).toBe(5_000)
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('the last lines before an exit are written', async () => {
  const child = runWithLog(`for (let line = 0; line < 3; line += 1) log.info('line ' + line)
    process.exit(0)`)
  expect((await readLines(child)).map((line) => JSON.parse(line).msg)).toEqual(['line 0', 'line 1', 'line 2'])
})

test('a process ends although the disk of its log is full', async () => {
  const script = 'exec "$0" "$@" > /dev/full'
  const code = "import { createLog } from './server/log.ts'; (await createLog({ logLevel: 'info', logFormat: 'json' }, 1)).info('a line')"
  const child = spawn('sh', ['-c', script, process.execPath, '--input-type=module', '-e', code], { cwd: ROOT, stdio: 'inherit' })
  expect(await once(child, 'exit')).toEqual([0, null])
})
