import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { loadEnvironment } from '../../prisma/environment.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

test('.env fills in what is not set', () => {
  const file = join(temporaryFolder(), '.env')
  writeFileSync(file, 'PORT=4000\nHOST=::1\n')
  vi.stubEnv('PORT', '5000')
  vi.stubEnv('HOST', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  loadEnvironment(file)
  expect({ port: process.env.PORT, host: process.env.HOST }).toEqual({ port: '5000', host: '::1' })
})

test('no .env is fine', () => {
  expect(() => loadEnvironment(join(temporaryFolder(), '.env'))).not.toThrow()
})
