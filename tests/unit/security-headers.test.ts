import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SECURITY_HEADERS } from '../../server/http/security-headers.ts'
import { ROOT } from '../../server/paths.ts'

const POLICY = 'Content-Security-Policy'

/** The headers that the one file in deploy/ which `pattern` names sets, as `setting` finds their names and values. */
function readHeaders(pattern: string, setting: RegExp): [name: string, value: string][] {
  const [file = '', ...others] = globSync(pattern, { cwd: join(ROOT, 'deploy') })
  expect(others).toEqual([])
  return [...readFileSync(join(ROOT, 'deploy', file), 'utf8').matchAll(setting)].map(([, name = '', quoted, bare]) => [
    name,
    quoted ?? bare ?? '',
  ])
}

const isSecurityHeader = ([name]: [string, string]) => SECURITY_HEADERS.some(([known]) => known === name)

test.each([
  ['nginx', 'nginx/**/*headers.conf', /^add_header (\S+) (?:"([^"]+)"|(\S+)) always;$/gm, true],
  ['Apache', 'apache2/**/roster.conf', /^\s*Header always set (\S+) (?:"([^"]+)"|(\S+)) "expr=-z/gm, true],
  // Its error page has a policy of its own in the file itself.
  ['lighttpd', 'lighttpd/**/*roster.conf', /^\s*"([\w-]+)" => "([^"]+)",$/gm, false],
])('%s sends the headers of a worker', (_, pattern, setting, hasPolicy) => {
  const headers = readHeaders(pattern, setting).filter(isSecurityHeader)
  expect(headers).toEqual(SECURITY_HEADERS.filter(([name]) => hasPolicy || name !== POLICY))
})
