import { chmodSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

test('validate and format accept the schema, and validate names the error in a broken one', async () => {
  const project = new PrismaProject()
  project.editSchema(/age +Int\?/, 'age Int?')
  expect(await project.prisma('validate')).toMatchObject({ code: 0, stdout: expect.stringContaining('is valid') })
  expect(await project.prisma('format')).toMatchObject({ code: 0, stdout: expect.stringContaining('Formatted prisma/schema.prisma') })
  expect(project.read('prisma/schema.prisma')).toContain('\n  age      Int?\n')

  project.editSchema('Int?', 'Integer?')
  const broken = await project.prisma('validate')
  expect(broken.code).toBe(1)
  expect(broken.stderr).toContain('Type "Integer" is neither a built-in type')
})

test('generate writes the client', async () => {
  const project = new PrismaProject()
  expect(await project.prisma('generate')).toMatchObject({ code: 0, stdout: expect.stringContaining('Generated Prisma Client') })
  expect(project.read('prisma/generated/client.ts')).toContain('export type PrismaClient')
})

test('the pinned Node runs the schema engine, whatever the PATH begins with', async () => {
  const project = new PrismaProject()
  const oldNode = join(project.folder, 'old')
  mkdirSync(oldNode)
  // Starts Prisma, as an older Node would, and cannot run TypeScript.
  project.write(
    'old/node',
    `#!/bin/sh\ncase "$1" in *.ts) echo "Unknown file extension .ts" >&2; exit 1; esac\nexec "${process.execPath}" "$@"\n`,
  )
  chmodSync(join(oldNode, 'node'), 0o755)

  const result = await project.prisma('migrate deploy', { env: { PATH: [oldNode, process.env.PATH].join(delimiter) } })
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('All migrations have been successfully applied.') })
})

test("a schema engine of the user's own is preferred", async () => {
  const project = new PrismaProject()
  const result = await project.prisma('migrate status', { env: { PRISMA_SCHEMA_ENGINE_BINARY: '/nowhere/schema-engine' } })
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('/nowhere/schema-engine')
})
