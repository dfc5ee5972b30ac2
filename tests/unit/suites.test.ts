import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import type { Requirement } from '../requirements.ts'
import { decide, SUITES } from '../suites.ts'

const NGINX: Requirement = { what: 'nginx', packages: ['nginx', 'nginx-brotli'], isMet: () => true }
const LINUX: Requirement = { what: 'Linux', isMet: () => true }
const SQLITE3: Requirement = { what: 'sqlite3', packages: ['sqlite3'], isMet: () => true }

const SUITE = { script: 'test:server', needs: [LINUX, NGINX], uses: [SQLITE3], longestMinutes: 7 }
const COMPLETE = { unmet: new Set<Requirement>(), minutesLeft: 20, isCi: false }

test('a suite runs where everything that it needs is there', () => {
  expect(decide(SUITE, COMPLETE)).toEqual({ action: 'run', reasons: [] })
})

test('a suite without what it needs is skipped, with what to install', () => {
  expect(decide(SUITE, { ...COMPLETE, unmet: new Set([NGINX, LINUX]) })).toEqual({
    action: 'skip',
    reasons: ['Linux', 'nginx (on Debian: apt-get install nginx nginx-brotli)'],
  })
})

test('a suite without what only some of its tests use runs, and names it', () => {
  expect(decide(SUITE, { ...COMPLETE, unmet: new Set([SQLITE3]) })).toEqual({
    action: 'run',
    reasons: ['sqlite3 (on Debian: apt-get install sqlite3)'],
  })
})

test.each([NGINX, SQLITE3])('in continuous integration a suite without $what fails', (requirement) => {
  expect(decide(SUITE, { ...COMPLETE, unmet: new Set([requirement]), isCi: true })).toMatchObject({
    action: 'fail',
    reasons: [expect.stringContaining(requirement.what)],
  })
})

test('what another suite needs does not matter', () => {
  expect(decide({ script: 'test:unit' }, { unmet: new Set([NGINX, LINUX, SQLITE3]), minutesLeft: 0, isCi: true })).toEqual({
    action: 'run',
    reasons: [],
  })
})

test.each([false, true])('a suite that could end too late is skipped (in continuous integration: %s)', (isCi) => {
  expect(decide(SUITE, { ...COMPLETE, minutesLeft: 7, isCi }).action).toBe('run')
  expect(decide(SUITE, { ...COMPLETE, minutesLeft: 6.9, isCi })).toEqual({
    action: 'skip',
    reasons: [expect.stringContaining('TEST_MINUTES')],
  })
})

test('lint, types, unit and integration tests need nothing', () => {
  const unmet = new Set(SUITES.flatMap(({ needs = [], uses = [] }) => [...needs, ...uses]))
  const running = SUITES.filter((suite) => decide(suite, { unmet, minutesLeft: 20, isCi: false }).action === 'run')
  expect(running.map(({ script }) => script)).toEqual(['lint', 'typecheck', 'test:unit', 'test:integration', 'build'])
})

test('every test script in package.json is a suite', () => {
  const scripts = Object.keys(manifest.scripts).filter((name) => name.startsWith('test:'))
  expect(SUITES.map(({ script }) => script)).toEqual(expect.arrayContaining(scripts))
  for (const { script } of SUITES) expect(manifest.scripts).toHaveProperty([script])
})
