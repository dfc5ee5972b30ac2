import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../../server/paths.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

type Manifest = { apiVersion: string; kind: string; metadata: { name: string } }

const FILE = 'deploy/cluster/kubernetes.yaml'
const TEXT = readFileSync(join(ROOT, FILE), 'utf8')

function parse(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0]
    return document.toJS()
  })
}

/** The module that has the schema and the type of `manifest`. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const owner = apiVersion.includes('cnpg.io') ? '@kubernetes-models/cloudnative-pg' : 'kubernetes-models'
  return `${owner}/${apiVersion}/${kind}`
}

/** What the schemas refuse: values that are wrong or missing. */
async function schemaErrors(manifests: Manifest[]): Promise<string[]> {
  const errors = manifests.map(async (manifest) => {
    const module = await import(moduleOf(manifest))
    try {
      new module[manifest.kind](manifest).validate()
      return []
    } catch (error) {
      return [`${manifest.kind}: ${error}`]
    }
  })
  return (await Promise.all(errors)).flat()
}

/** What TypeScript refuses: fields that there are not, which the schemas let pass. */
function typeErrors(manifests: Manifest[]): string[] {
  const folder = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const lines = manifests.flatMap((manifest, index) => [
    `import type { I${manifest.kind} as Type${index} } from '${moduleOf(manifest)}'`,
    `export const manifest${index} = ${JSON.stringify(manifest)} satisfies Type${index}`,
  ])
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'))
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext', 'manifests.ts']
  const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), options, { cwd: folder, encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes('error TS'))
}

test('the manifests are what Kubernetes and CloudNativePG accept', async () => {
  const manifests = parse(TEXT)
  expect(manifests.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Cluster', 'Deployment', 'Job', 'NetworkPolicy']))
  expect(await schemaErrors(manifests)).toEqual([])
  expect(typeErrors(manifests)).toEqual([])
})

test('web nodes may only read, one Job may write, and no password is in the file', () => {
  const users = [...TEXT.matchAll(/postgresql:\/\/(\w+)(:\w+)?@([\w-]+):5432\/roster\?sslmode=(\S+?)&/g)].map(([, ...parts]) => parts)
  expect(users).toEqual([
    ['roster_owner', undefined, 'roster-db-rw', 'verify-full'],
    ['roster_web', undefined, 'roster-db-ro', 'verify-full'],
  ])
  expect(parse(TEXT).map(({ kind }) => kind)).not.toContain('Secret')
})

test('the database has the roles of deploy/cluster/create-database.sh', () => {
  const script = readFileSync(join(ROOT, 'deploy/cluster/create-database.sh'), 'utf8')
  const [cluster] = parse(TEXT).filter(({ kind }) => kind === 'Cluster')
  const grants = (text: string) => text.match(/(?:ALTER|REVOKE|GRANT) [^;"]+ roster_(?:web|owner)\b[^;"]*|REVOKE [^;"]+/g)
  expect(grants(JSON.stringify(cluster))).toEqual(grants(script))
})

describe('a mistake is found:', () => {
  test.each([
    ['a value', 'instances: 3', 'instances: three'],
    ['a value that is missing', 'instances: 3', 'logLevel: info'],
    ['a value of another type', 'replicas: 2', "replicas: '2'"],
  ])('%s', async (_, right, wrong) => {
    expect(TEXT).toContain(right)
    expect(await schemaErrors(parse(TEXT.replace(right, wrong)))).toHaveLength(1)
  })

  test('the names of fields', () => {
    const names = ['passwordSecret:', 'readOnlyRootFilesystem:', 'readinessProbe:', 'minAvailable:']
    const wrong = names.reduce((text, name) => text.replace(name, `x${name}`), TEXT)
    const errors = typeErrors(parse(wrong)).join('\n')
    for (const name of names) expect(errors).toContain(`"x${name.slice(0, -1)}"`)
  })
})
