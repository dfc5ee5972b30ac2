// `node server/bootstrap.mjs SCRIPT [ARGUMENT …]` runs SCRIPT on the Node that Roster pins, whatever Node and packages are here.
// Plain JavaScript without dependencies and nothing newer than Node 16 in it: on a fresh clone, this is all that can run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

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
if (!areDependenciesInstalled()) installDependencies()
await (major >= PINNED_MAJOR ? runHere() : runOnPinnedNode())

function areDependenciesInstalled() {
  // npm writes this file last: it is missing or older when an installation was interrupted or the lockfile has changed since.
  const installed = join(MODULES, '.package-lock.json')
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs
}

function installDependencies() {
  console.log('Installing packages …')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const [command = '', ...prefix] = npm
  const { status } = spawnSync(command, [...prefix, 'ci', '--loglevel=error'], { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) fail('Roster could not install its packages; the lines above say why.')
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
      `No Node ${PINNED_MAJOR} comes as a package for ${process.platform} ${process.arch}; start Roster with Node ${PINNED_MAJOR} or newer.`,
    )
  const child = spawn(node, [fileURLToPath(import.meta.url), script, ...scriptArguments], { cwd: ROOT, stdio: 'inherit' })
  // Ctrl-C reaches the child by itself (same terminal); a signal sent to this process alone must be passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
  child.on('exit', (status, signal) => process.exit(signal ? 1 : (status ?? 1)))
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exit(1)
}
