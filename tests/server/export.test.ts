import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { addNamedPeople, addPeople, listGuests, NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { temporaryDatabase } from '../fixtures/temporary-database.ts'

/** `roster export` of the named people, and of some more. */
function exporter({ guests = 0 } = {}) {
  const { file, url, sql } = temporaryDatabase()
  addNamedPeople(sql)
  addPeople(sql, listGuests(11, guests))
  const start = (...options: string[]) => startRoster(url, 'export', ...options)
  return { folder: dirname(file), start, run: (...options: string[]) => result(start(...options)) }
}

function startRoster(url: string, ...options: string[]) {
  return spawn(process.execPath, ['server/roster.ts', ...options], { cwd: ROOT, env: { ...process.env, DATABASE_URL: url } })
}

async function result(child: ReturnType<typeof startRoster>) {
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status, stdout, stderr }
}

test('writes the list to stdout in each format', async () => {
  const { run } = exporter()
  expect(await run('--q', 'example.org', '--sort', 'age', '--age-min', '40')).toEqual({
    status: 0,
    stdout: "id,username,email,age\r\n5,Miles O'Brien,miles@example.org,42\r\n4,Grace,grace@example.org,85\r\n",
    stderr: '',
  })
  const lines = (await run('--format', 'ndjson')).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(NAMED_PEOPLE)
  expect(JSON.parse((await run('--format', 'json')).stdout)).toEqual({ users: NAMED_PEOPLE, total: 10, next: null })
  expect(JSON.parse((await run('--format', 'json', '--q', 'nobody-at-all')).stdout)).toEqual({ users: [], total: 0, next: null })
  expect((await run('--format', 'vcf', '--version', '4.0', '--q', 'grace')).stdout).toMatch(/^BEGIN:VCARD\r\nVERSION:4\.0\r\n/)
})

test.each(['csv', 'json', 'ndjson', 'vcf'])('what is exported as %s and imported elsewhere is the same people', async (format) => {
  const { folder, run } = exporter({ guests: 50 })
  const file = join(folder, `people.${format}`)
  await run(file)
  const { url } = temporaryDatabase()
  expect(await result(startRoster(url, 'import', file, '--key', 'id'))).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('60 added'),
  })
  const people = (await run('--format', 'ndjson')).stdout
  const carried = format === 'vcf' ? people.replaceAll(/"age":\d+/g, '"age":null') : people
  expect((await result(startRoster(url, 'export', '--format', 'ndjson'))).stdout).toBe(carried)
})

test('writes a file as its name ends, in place of the one that is there', async () => {
  const { folder, run } = exporter()
  const file = join(folder, 'people.json')
  writeFileSync(file, 'old')
  expect(await run(file)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(JSON.parse(readFileSync(file, 'utf8')).users).toEqual(NAMED_PEOPLE)
})

test('refuses what makes no sense, and keeps the file that is there', async () => {
  const { folder, run } = exporter()
  const file = join(folder, 'people.csv')
  writeFileSync(file, 'old')
  expect(await run(file, '--sort', 'name', '--age-min', '999')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^roster: --sort must be id, .*; --age-min must be a whole number .*; see roster export --help\n$/),
  })
  expect(await run(join(folder, 'people.txt'))).toMatchObject({ status: 2, stderr: expect.stringContaining('--format') })
  expect(await run('/dev/null', '--format', 'csv')).toMatchObject({ status: 1, stderr: expect.stringContaining('it is not a file') })
  expect(await run(join(folder, 'none/people.csv'))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^The people cannot be written to /),
  })
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([])
  expect(existsSync(join(folder, 'people.txt'))).toBe(false)
})

test('ends quietly when the reader has enough', async () => {
  const { start } = exporter({ guests: 5_000 })
  const child = start()
  child.stdout.once('data', () => child.stdout.destroy())
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
