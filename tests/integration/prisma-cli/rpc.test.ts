import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

test('answers each line, including invalid requests, and keeps running', async () => {
  const project = new PrismaProject()
  project.open()
  const { code, stdout, stderr } = await project.engine([], {
    input: [
      '{"jsonrpc":"2.0","id":1,"method":"toString"}',
      '{"jsonrpc":"2.0","id":2,"met',
      'null',
      '{"jsonrpc":"2.0","id":4}',
      '{"jsonrpc":"2.0","id":0,"result":{}}',
      '{"jsonrpc":"2.0","id":5,"method":"getDatabaseVersion"}',
      '{"jsonrpc":"2.0","id":6,"method":"createMigration","params":{"draft":true}}',
      '',
    ].join('\n'),
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } },
    { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } },
    { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid request' } },
    { jsonrpc: '2.0', id: 4, error: { code: -32600, message: 'Invalid request' } },
    { jsonrpc: '2.0', id: 5, result: expect.stringMatching(/^3\./) },
    { jsonrpc: '2.0', id: 6, error: engineError('missing field `migrationName`') },
  ])
})

test('reports that it crashed, and why', async () => {
  const project = new PrismaProject()
  project.open()
  const { code, stdout } = await project.engine([], { input: '{"jsonrpc":"2.0","id":1,"method":"debugPanic"}' })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ jsonrpc: '2.0', id: 1, error: engineError('The schema engine crashed: ') })
})

test('has the version that Prisma was built with', async () => {
  const project = new PrismaProject()
  const { prisma } = JSON.parse(project.read('node_modules/@prisma/engines-version/package.json'))
  expect(await project.engine(['--version'])).toMatchObject({ code: 0, stdout: `schema-engine-cli ${prisma.enginesVersion}\n` })
})

test('creates, finds and drops a database', async () => {
  const project = new PrismaProject()
  const absent = await project.engine(['cli', 'can-connect-to-database'])
  expect(absent.code).toBe(1)
  expect(JSON.parse(absent.stderr.split('\n')[1] ?? '')).toEqual({
    level: 'ERROR',
    target: 'schema_engine::logger',
    fields: { error_code: 'P1003', message: 'Database `roster.db` does not exist' },
  })
  expect(await project.engine(['cli', 'create-database'])).toMatchObject({ code: 0 })
  expect(await project.engine(['cli', 'can-connect-to-database'])).toMatchObject({ code: 0 })
  expect(await project.engine(['cli', 'drop-database'])).toMatchObject({ code: 0 })
  expect(existsSync(project.file)).toBe(false)
  expect(await project.engine(['cli', 'frobnicate'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Unknown command: cli frobnicate'),
  })
})

function engineError(message: string): object {
  return {
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: { is_panic: false, message: expect.stringContaining(message), error_code: null },
  }
}
