// `node server/bootstrap.mjs SCRIPT [ARGUMENT …]` installs the packages when they are missing, and runs SCRIPT on the pinned Node.
// Plain JavaScript without dependencies and with nothing newer than Node 16: in a fresh clone, only that can run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { takeTurns } from './take-turns.mjs'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const MODULES = join(ROOT, 'node_modules')
const OLDEST_NODE = '20.19'
const PINNED_MAJOR = 24

const [script = '', ...scriptArguments] = process.argv.slice(2)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)

if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  fail(`Node ${process.versions.node} is too old to start Roster; install Node ${OLDEST_NODE} or newer.`)
}
const obstacle = findObstacle(ROOT)
if (obstacle !== null) {
  fail(`Roster cannot run in ${ROOT}: its build tools cannot read a path that contains ${obstacle}; move the clone to another folder.`)
}
if (!areDependenciesInstalled()) await takeTurns(ROOT, 'installing packages', installDependencies)
await (major >= PINNED_MAJOR ? runHere() : runOnPinnedNode())

/**
 * Tailwind drops the rest after #, Next reads * as a pattern, PATH is split at its delimiter, and Node reads no TypeScript in node_modules.
 * @param {string} path
 */
function findObstacle(path) {
  const character = ['#', '*', delimiter].find((each) => path.includes(each))
  if (character !== undefined) return `"${character}"`
  return path.split(sep).includes('node_modules') ? 'a folder node_modules' : null
}

function areDependenciesInstalled() {
  // npm writes this file last: it is missing or old after an interrupted installation or a change of the lockfile.
  const installed = join(MODULES, '.package-lock.json')
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(ROOT, 'package-lock.json')).mtimeMs) return false
  // npm may have been set to leave some out, by NODE_ENV=production for example.
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const node = `node-${process.platform}-${process.arch}`
  const names = [...Object.keys({ ...dependencies, ...devDependencies }), ...(node in optionalDependencies ? [node] : [])]
  return names.every((name) => existsSync(join(MODULES, name)))
}

function installDependencies() {
  // Another process may have installed them since.
  if (areDependenciesInstalled()) return
  console.error('Installing packages …')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const [command = '', ...prefix] = npm
  // A build and a start need all of them, whatever NODE_ENV or the user's npmrc leaves out.
  const kinds = ['dev', 'optional', 'peer'].map((kind) => `--include=${kind}`)
  const { status } = spawnSync(command, [...prefix, 'ci', '--loglevel=error', ...kinds], { cwd: ROOT, stdio: ['inherit', 2, 2] })
  if (status !== 0) fail('The packages cannot be installed: see the lines above.')
}

async function runHere() {
  process.argv.splice(1, 2, resolve(ROOT, script))
  process.env.PATH = [join(MODULES, '.bin'), process.env.PATH].join(delimiter)
  await import(pathToFileURL(resolve(ROOT, script)).href)
}

function runOnPinnedNode() {
  const node = join(MODULES, '.bin', 'node')
  if (!existsSync(node))
    fail(
      `npm has no package of Node ${PINNED_MAJOR} for ${process.platform} ${process.arch}; install Node ${PINNED_MAJOR} or newer, and use that.`,
    )
  const child = spawn(node, [fileURLToPath(import.meta.url), script, ...scriptArguments], { stdio: 'inherit' })
  // Ctrl-C reaches the child, too (same terminal); a signal sent to this process alone must be passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
  child.on('exit', (status, signal) => process.exit(signal ? 1 : (status ?? 1)))
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exit(1)
}
