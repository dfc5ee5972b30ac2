import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'
const ATTRIBUTES = ':@'
const TEXT = '#text'

// All that draws a still picture from what the file itself has. No script, link, animation, picture, or content of other languages.
const ELEMENTS = new Set(
  `svg g defs symbol use switch title desc style path rect circle ellipse line polyline polygon text tspan textPath
  linearGradient radialGradient stop pattern clipPath mask marker filter feBlend feColorMatrix feComponentTransfer feComposite
  feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
  feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence`.split(/\s+/),
)
// Functions of CSS that load what they name, and what could hide their names. url(#name) stays inside of the file.
const LOADS = /@import|\\|(?:image|image-set|cross-fade|src)\s*\(|url\s*\((?!\s*["']?#)/i

const PARSER_OPTIONS = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  attributesGroupName: ATTRIBUTES,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true,
}

type Node = Record<string, unknown>

/**
 * The SVG picture in `text`, written anew from what was checked, so that a browser cannot read it in another way; or the reason why it is
 * refused, such as "has the element <script>".
 */
export function cleanSvg(text: string): { svg: string } | { problem: string } {
  // Its entities could make anything of the rest.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return { problem: 'has a DOCTYPE' }
  let nodes: Node[]
  try {
    const validity = XMLValidator.validate(text)
    if (validity !== true) return { problem: `is not well-formed: ${validity.err.msg}` }
    nodes = new XMLParser(PARSER_OPTIONS).parse(text)
  } catch (error) {
    return { problem: `cannot be parsed: ${error instanceof Error ? error.message : error}` }
  }
  const roots = nodes.filter((node) => !(TEXT in node))
  const [root] = roots
  if (root === undefined || roots.length > 1 || !('svg' in root)) return { problem: 'has no <svg> at its root' }
  if (attributesOf(root).xmlns !== SVG_NAMESPACE) return { problem: `has no xmlns="${SVG_NAMESPACE}"` }
  const problem = findProblem(root)
  if (problem !== null) return { problem }
  return { svg: new XMLBuilder({ ...PARSER_OPTIONS, format: false, suppressEmptyNode: true }).build([root]) }
}

function findProblem(root: Node): string | null {
  const open: { node: Node; isStyle: boolean }[] = [{ node: root, isStyle: false }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, isStyle } = next
    if (TEXT in node) {
      if (isStyle && LOADS.test(String(node[TEXT]))) return 'has a style that loads something'
      continue
    }
    const [name = '', children] = Object.entries(node).find(([key]) => key !== ATTRIBUTES) ?? []
    if (!ELEMENTS.has(name)) return `has the element <${name}>`
    for (const [attribute, value] of Object.entries(attributesOf(node))) {
      const problem = findAttributeProblem(attribute, value)
      if (problem !== null) return `has ${problem} in <${name}>`
    }
    if (Array.isArray(children)) open.push(...children.map((child) => ({ node: child, isStyle: name === 'style' })))
  }
  return null
}

function findAttributeProblem(name: string, value: string): string | null {
  const localName = name.toLowerCase().split(':').at(-1) ?? ''
  if (localName.startsWith('on')) return `the attribute ${name}`
  if (name === 'xml:base' || (name === 'xmlns' && value !== SVG_NAMESPACE)) return `the attribute ${name}`
  if (localName === 'href' && !value.trim().startsWith('#')) return `a reference to "${value.slice(0, 60)}"`
  return LOADS.test(value) ? `the value "${value.slice(0, 60)}"` : null
}

function attributesOf(node: Node): Record<string, string> {
  const attributes = node[ATTRIBUTES]
  return typeof attributes === 'object' && attributes !== null
    ? Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]))
    : {}
}
