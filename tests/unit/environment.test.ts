import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { loadEnvironment } from '../../server/environment.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const NAMES = ['PORT', 'HOST', 'SEED', 'LOG_LEVEL']

afterEach(() => void vi.unstubAllEnvs())

function load(content: string | Buffer, set: Record<string, string> = {}): Record<string, string | undefined> {
  const file = join(temporaryFolder(), '.env')
  writeFileSync(file, content)
  for (const name of NAMES) vi.stubEnv(name, set[name])
  loadEnvironment(file)
  return Object.fromEntries(NAMES.filter((name) => name in process.env).map((name) => [name, process.env[name]]))
}

test('.env fills in what is not set', () => {
  expect(load('PORT=4000\nHOST=::1\nSEED=5\n', { PORT: '5000', SEED: '' })).toEqual({ PORT: '5000', HOST: '::1', SEED: '' })
})

test('no .env is fine', () => {
  expect(() => loadEnvironment(join(temporaryFolder(), '.env'))).not.toThrow()
})

describe('all lines count', () => {
  const text = 'PORT=4000\nHOST=::1\n'
  const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
  test.each([
    ['after a byte order mark', `\ufeff${text}`],
    ['in UTF-16, as of Windows PowerShell', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['in UTF-16 of the other byte order', swapped],
    ['that end as on Windows', `\ufeff${text.replaceAll('\n', '\r\n')}`],
    ['that end with CR', text.replaceAll('\n', '\r')],
    ['of files that were put one after the other', `PORT=4000\n\ufeffHOST=::1`],
    ['that begin with a space of a web page', `\u00a0PORT=4000\n\u00a0\u00a0HOST=::1`],
    ['among comments and empty lines', `# PORT 1\n\n  # it's = "x\nexport PORT=4000 # or 3000\n\t\nHOST = '::1'`],
  ])('%s', (_, content) => {
    expect(load(content)).toEqual({ PORT: '4000', HOST: '::1' })
  })

  test('a value in quotes may have several', () => {
    expect(load('PORT="4\nnot a setting\n"\nHOST=\'it = "::1"\'\nSEED=5')).toEqual({
      PORT: '4\nnot a setting\n',
      HOST: 'it = "::1"',
      SEED: '5',
    })
  })
})

describe('what cannot be understood is refused in a line', () => {
  test.each([
    ['PORT=4000\n\nHOST ::1\n', ', line 3: "HOST ::1" is not NAME=value'],
    ['PORT: 4000', ', line 1: "PORT: 4000" is not NAME=value'],
    ['SEED="\n\n"\n=4000', ', line 4: "=4000" is not NAME=value'],
    [Buffer.from('PORT=4000\n', 'utf16le'), ' is not in UTF-8; save it in that encoding'],
    [Buffer.from('# für alle\nPORT=4000\n', 'latin1'), ' is not in UTF-8; save it in that encoding'],
  ])('%j', (content, complaint) => {
    expect(() => load(content)).toThrow(`.env${complaint}`)
  })

  test('a folder', () => {
    const file = join(temporaryFolder(), '.env')
    mkdirSync(file)
    expect(() => loadEnvironment(file)).toThrow(`${file} cannot be read: EISDIR`)
  })
})
