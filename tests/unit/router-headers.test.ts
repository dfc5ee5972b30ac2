import fc from 'fast-check'
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js'
import { describe, expect, test } from 'vitest'
import { findRouterHeaderProblem } from '../../server/http/read-request.ts'

const ofState = (text: string) => ({ rsc: '1', 'next-router-state-tree': text })

const segment = fc.oneof(
  fc.string(),
  fc.tuple(fc.string(), fc.string(), fc.constantFrom('c', 'oc', 'd', 'di(.)'), fc.option(fc.array(fc.string(), { maxLength: 2 }))),
)

/** Router states as Next's script sends them, with so many levels below. */
function stateOf(levels: number): fc.Arbitrary<unknown[]> {
  const children = fc.oneof(fc.string(), fc.constantFrom('children', '__proto__'))
  const parts = fc.tuple(
    segment,
    levels === 0 ? fc.constant({}) : fc.dictionary(children, stateOf(levels - 1), { maxKeys: 2 }),
    fc.option(fc.tuple(fc.string(), fc.string())),
    fc.constantFrom(null, 'refetch', 'inside-shared-layout', 'metadata-only'),
    fc.option(fc.integer()),
    fc.string(),
  )
  return fc.tuple(parts, fc.integer({ min: 2, max: 6 })).map(([state, length]) => state.slice(0, length))
}

/** `value` with `junk` in a place within it to which `picks` lead. */
function damage(value: unknown, [pick, ...picks]: number[], junk: unknown): unknown {
  if (pick === undefined || typeof value !== 'object' || value === null) return junk
  const entries = Object.entries(value)
  if (entries.length === 0) return junk
  const damaged = entries.map(([key, each], index) => [key, index === pick % entries.length ? damage(each, picks, junk) : each] as const)
  return Array.isArray(value) ? damaged.map(([, each]) => each) : Object.fromEntries(damaged)
}

function isTakenByNext(header: string): boolean {
  try {
    parseAndValidateFlightRouterState(header)
    return true
  } catch {
    return false
  }
}

describe('a router state', () => {
  test('is accepted if Next accepts it', () => {
    fc.assert(
      fc.property(stateOf(3), (state) => {
        const header = encodeURIComponent(JSON.stringify(state))
        expect([findRouterHeaderProblem(ofState(header)), isTakenByNext(header)]).toEqual([null, true])
      }),
    )
    expect(findRouterHeaderProblem(ofState('["",{"children":["users",{}]}]'))).toBe(null)
  })

  test('is refused if Next would throw', () => {
    let refused = 0
    fc.assert(
      fc.property(stateOf(3), fc.array(fc.nat(), { maxLength: 6 }), fc.jsonValue(), (state, picks, junk) => {
        const header = encodeURIComponent(JSON.stringify(damage(state, picks, junk)))
        if (isTakenByNext(header)) return
        refused += 1
        expect(findRouterHeaderProblem(ofState(header))).not.toBe(null)
      }),
      { numRuns: 3_000 },
    )
    expect(refused).toBeGreaterThan(1_000)
  })

  test.each([
    ['none', ''],
    ['no escape', '%'],
    ['no UTF-8', '%ff'],
    ['one that is too deep', `${'["",{"children":'.repeat(500)}["",{}]${'}]'.repeat(500)}`],
    ['one that ends early', '["",{"children":'.repeat(500)],
    ['two of them', '["",{}], ["",{}]'],
  ])('is refused: %s', (_, text) => {
    expect(findRouterHeaderProblem(ofState(text))).toBe('The header Next-Router-State-Tree is not a router state.')
  })
})

test('a request for the page itself depends on none of these headers', () => {
  const headers = { host: 'a', rsc: '0', 'next-router-state-tree': '%', 'next-router-prefetch': 'x', 'next-url': 'y' }
  expect(findRouterHeaderProblem(headers)).toBe(null)
  expect(headers).toEqual({ host: 'a' })
})

test.each([
  [{ 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree', 'next-url': '/users' }, null],
  [{ 'next-router-prefetch': '1, 1' }, 'The header Next-Router-Prefetch is not 1, 2 or 3.'],
  [{ 'next-router-segment-prefetch': '_tree' }, 'The header next-router-segment-prefetch does not begin with a slash.'],
  [{ 'next-url': '%zz' }, 'The header next-url does not begin with a slash.'],
])('of the others, %j is answered by %s', (headers, mistake) => {
  expect(findRouterHeaderProblem({ rsc: '1', ...headers })).toBe(mistake)
})
