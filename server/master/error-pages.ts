import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brandPage } from '../http/brand-page.ts'
import { ROOT } from '../paths.ts'
import type { Settings } from '../settings.ts'
import { chownSocket } from './sockets.ts'

// No worker answers; without a password or session; with an address or certificate that may not look.
const PAGES = ['503.html', '401.html', '403.html']

/**
 * Writes the pages that the web server shows by itself, with the site's name and colour, to the folder `errors` beside the
 * sockets: they stay there while Roster is down (RuntimeDirectoryPreserve= in roster.service). Before the first start, the web server has
 * those of deploy/errors themselves. For the user and the group that may connect to the sockets.
 */
export function writeErrorPages(socketDirectory: string, settings: Settings): void {
  const folder = join(socketDirectory, 'errors')
  mkdirSync(folder, { recursive: true })
  share(folder, 0o750, settings)
  for (const page of PAGES) {
    const file = join(folder, page)
    writeFileSync(file, brandPage(readFileSync(join(ROOT, 'deploy/errors', page), 'utf8'), settings.site))
    share(file, 0o640, settings)
  }
}

function share(path: string, mode: number, settings: Settings): void {
  chmodSync(path, mode)
  chownSocket(path, settings)
}
