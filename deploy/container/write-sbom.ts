// `node write-sbom.ts NPM_SBOM RELEASE SYSTEM`: prints what is in the image as CycloneDX: npm's packages, Debian's, and Node.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Component = { name: string; version: string; scope?: string; [field: string]: unknown }
type Bom = {
  metadata: { component: Component; [field: string]: unknown }
  components: Component[]
  dependencies: { ref: string; dependsOn?: string[] }[]
}

const [npmSbom = '', release = '', system = ''] = process.argv.slice(2)
const bom: Bom = JSON.parse(readFileSync(npmSbom, 'utf8'))
const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(readFileSync(join(release, 'package.json'), 'utf8'))

bom.metadata.component = { ...bom.metadata.component, type: 'application', name: 'roster' }
bom.components = [
  {
    type: 'application',
    'bom-ref': 'node',
    name: 'node',
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}`,
  },
  ...bom.components.filter(isInImage),
  ...listDebianPackages(join(system, 'var/lib/dpkg/status')),
]
const refs = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']))
bom.dependencies = bom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }))
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`)

// Optional ones may be for another platform, or the build; a dependency that is not in node_modules is compiled into pages.
function isInImage({ name, scope }: Component): boolean {
  return scope !== 'optional' || name in dependencies || existsSync(join(release, 'node_modules', name))
}

function listDebianPackages(status: string): Component[] {
  return readFileSync(status, 'utf8')
    .split('\n\n')
    .filter((paragraph) => /^Status: install ok installed$/m.test(paragraph))
    .map((paragraph) => {
      const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1] ?? ''
      const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')]
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=bookworm`
      return { type: 'library', 'bom-ref': purl, name, version, purl }
    })
}
