// `node add-system-packages.ts SBOM STATUS` adds to the CycloneDX file SBOM what npm does not know of the image: Node, and Debian's packages
// as dpkg lists them in the file STATUS. cyclonedx-npm reads only npm's, and a scanner of systems would have to be downloaded.
import { readFileSync, writeFileSync } from 'node:fs'

type Component = { type: 'application' | 'library'; 'bom-ref': string; name: string; version: string; purl: string }

const [sbomFile = '', statusFile = ''] = process.argv.slice(2)
const sbom: { components: object[] } = JSON.parse(readFileSync(sbomFile, 'utf8'))
const node = component('application', 'node', process.versions.node, `pkg:generic/node@${process.versions.node}`)
sbom.components.push(node, ...listDebianPackages(readFileSync(statusFile, 'utf8')))
writeFileSync(sbomFile, `${JSON.stringify(sbom, null, 2)}\n`)

function listDebianPackages(status: string): Component[] {
  return status
    .split('\n\n')
    .filter((paragraph) => /^Status: install ok installed$/m.test(paragraph))
    .map((paragraph) => {
      const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1] ?? ''
      const [name, version] = [field('Package'), field('Version')]
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${field('Architecture')}&distro=bookworm`
      return component('library', name, version, purl)
    })
}

function component(type: Component['type'], name: string, version: string, purl: string): Component {
  return { type, 'bom-ref': purl, name, version, purl }
}
