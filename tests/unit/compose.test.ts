import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../server/paths.ts'

type Service = {
  image: string
  build: { context: string; target?: string }
  read_only: boolean
  cap_drop: string[]
  cap_add?: string[]
  security_opt: string[]
  mem_limit: string
  pids_limit: number
  restart: string
  healthcheck?: { test?: string[]; disable?: boolean }
  ports?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  networks?: string[] | Record<string, object>
}

const FOLDER = join(ROOT, 'deploy/cluster')
const compose: { services: Record<string, Service>; networks: Record<string, { internal?: boolean }>; volumes: Record<string, null> } =
  parse(readFileSync(join(FOLDER, 'compose.yaml'), 'utf8'), { merge: true })
const services = Object.entries(compose.services)
const ONCE = ['secrets', 'prepare']

test('the cluster is complete', () => {
  const names = ['etcd-1', 'etcd-2', 'etcd-3', 'postgres-1', 'postgres-2', 'postgres-3', 'haproxy-1', 'haproxy-2', 'roster-1', 'roster-2']
  expect(Object.keys(compose.services).sort()).toEqual([...ONCE, 'nginx', ...names].sort())
})

describe.each(services)('%s', (name, service) => {
  test('has no right and no space that it does not need', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      pids_limit: expect.any(Number),
    })
    expect(service.cap_add ?? []).toEqual(name === 'secrets' ? ['CHOWN'] : [])
    expect(service.ports ?? []).toHaveLength(name === 'nginx' ? 1 : 0)
  })

  test('is started again and checked, unless it runs once', () => {
    const isOnce = ONCE.includes(name)
    expect(service.restart).toBe(isOnce ? 'no' : 'unless-stopped')
    // Roster's image has a check of its own.
    const hasCheck = service.healthcheck?.test !== undefined || service.image === 'roster'
    expect(service.healthcheck?.disable ?? !hasCheck).toBe(isOnce)
  })

  test('is built here, and its settings have no password', () => {
    const { context, target } = service.build
    expect(service.image).toBe(context === '../..' ? 'roster' : `roster-cluster-${target}`)
    if (target !== undefined) expect(readFileSync(join(FOLDER, 'Dockerfile'), 'utf8')).toMatch(new RegExp(` AS ${target}$`, 'm'))
    expect(Object.keys(service.environment ?? {}).filter((key) => /PASSWORD|SECRET/.test(key))).toEqual([])
    expect(JSON.stringify(service.environment ?? {})).not.toMatch(/:\/\/\w+:[^/]/)
  })
})

test('only nginx and the web nodes share a network with the outside', () => {
  expect(Object.keys(compose.networks).filter((name) => compose.networks[name]?.internal !== true)).toEqual(['front'])
  const onFront = services.filter(([, { networks }]) => networks !== undefined && 'front' in networks)
  expect(onFront.map(([name]) => name)).toEqual(['roster-1', 'roster-2', 'nginx'])
})

test('each secret is where it is needed, and nowhere else', () => {
  const holders = (volume: string) =>
    services.filter(([, { volumes }]) => volumes?.some((each) => each.startsWith(`${volume}:`))).map(([name]) => name)
  expect(holders('owner-secrets')).toEqual(['secrets', 'prepare'])
  expect(holders('web-secrets')).toEqual(['secrets', 'roster-1', 'roster-2'])
  expect(holders('postgres-secrets')).toEqual(['secrets', 'postgres-1', 'postgres-2', 'postgres-3'])
})
