// `node write-sbom.ts RELEASE SYSTEM`: prints what is in the image as CycloneDX: npm's packages, Debian's, and Node.
// From the lockfile, not by `npm sbom`, which leaves React out: https://cyclonedx.org/docs/1.5/json/
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../paths.ts'

type Package = { version: string; license?: string; integrity?: string; dev?: boolean; optional?: boolean; devOptional?: boolean }
type Component = {
  type: 'application' | 'library'
  'bom-ref': string
  name: string
  version: string
  purl: string
  [field: string]: unknown
}

const [release = '', system = ''] = process.argv.slice(2)
const { name, version, packages }: { name: string; version: string; packages: Record<string, Package> } = JSON.parse(
  readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
)

const components = [
  component('application', 'node', process.versions.node, `pkg:generic/node@${process.versions.node}`),
  ...listNpmPackages(),
  ...listDebianPackages(join(system, 'var/lib/dpkg/status')),
]
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: `urn:uuid:${randomUUID()}`,
  version: 1,
  metadata: {
    timestamp: new Date().toISOString(),
    component: component('application', name, version, `pkg:npm/${name}@${version}`),
  },
  components,
}
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`)

function component(type: Component['type'], componentName: string, componentVersion: string, purl: string): Component {
  return { type, 'bom-ref': purl, name: componentName, version: componentVersion, purl }
}

function listNpmPackages(): Component[] {
  const found = Object.entries(packages)
    .filter(([path, each]) => path !== '' && isInImage(path, each))
    .map(([path, each]) => {
      const packageName = path.split('node_modules/').at(-1) ?? ''
      const library = component('library', packageName, each.version, `pkg:npm/${packageName.replace('@', '%40')}@${each.version}`)
      const [, hash] = /^sha512-(.+)$/.exec(each.integrity ?? '') ?? []
      return {
        ...library,
        ...(each.license !== undefined && { licenses: [{ license: { name: each.license } }] }),
        ...(hash !== undefined && { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
      }
    })
  // The same version may lie in several places.
  return [...new Map(found.map((each) => [each.purl, each])).values()]
}

// Optional ones may be for another platform, or the build. Others that are not in node_modules are compiled into pages.
function isInImage(path: string, { dev, optional, devOptional }: Package): boolean {
  if (dev) return false
  return (!optional && !devOptional) || existsSync(join(release, path))
}

function listDebianPackages(status: string): Component[] {
  return readFileSync(status, 'utf8')
    .split('\n\n')
    .filter((paragraph) => /^Status: install ok installed$/m.test(paragraph))
    .map((paragraph) => {
      const field = (fieldName: string) => new RegExp(`^${fieldName}: (.+)$`, 'm').exec(paragraph)?.[1] ?? ''
      const [packageName, packageVersion, architecture] = [field('Package'), field('Version'), field('Architecture')]
      const query = `arch=${architecture}&distro=bookworm`
      return component(
        'library',
        packageName,
        packageVersion,
        `pkg:deb/debian/${packageName}@${encodeURIComponent(packageVersion)}?${query}`,
      )
    })
}
