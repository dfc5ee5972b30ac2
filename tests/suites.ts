// What `npm test` runs, and how it decides what of it can run here.
import {
  APACHE,
  CHROMIUM,
  CLUSTER,
  DEBIAN,
  DOCKER,
  LIGHTTPD,
  LINUX,
  NAMESPACES,
  NGINX,
  NSPAWN,
  OPENSSL,
  PGBOUNCER,
  POSTGRES,
  type Requirement,
  ROOT_USER,
  SQLITE3,
  SYSTEMD,
} from './requirements.ts'

/** `script` is the suite's name in package.json. Without what a suite `uses`, it runs and leaves out the tests that need it. */
export type Suite = { script: string; needs?: Requirement[]; uses?: Requirement[]; longestMinutes?: number }

export type Decision = { action: 'run' | 'skip' | 'fail'; reasons: string[] }

type Situation = {
  unmet: ReadonlySet<Requirement>
  /** Until the whole run has to end. */
  minutesLeft: number
  /** In continuous integration, everything must be there. */
  isCi: boolean
}

/** In the order in which a fault shows soonest. */
export const SUITES: Suite[] = [
  { script: 'lint' },
  { script: 'typecheck' },
  { script: 'test:unit' },
  { script: 'test:integration', uses: [SQLITE3, POSTGRES, PGBOUNCER, OPENSSL] },
  { script: 'build' },
  { script: 'test:server', needs: [LINUX, NGINX, APACHE, LIGHTTPD, OPENSSL, SQLITE3, SYSTEMD], uses: [ROOT_USER, POSTGRES] },
  { script: 'test:e2e', needs: [CHROMIUM] },
  { script: 'test:systemd', needs: [LINUX, DEBIAN, ROOT_USER, NAMESPACES, NSPAWN] },
  // Patroni waits for twenty seconds before it replaces a leader.
  { script: 'test:cluster', needs: [LINUX, ROOT_USER, NAMESPACES, NGINX, POSTGRES, CLUSTER], longestMinutes: 4 },
  // To build the image and to test it takes a slow machine six minutes.
  { script: 'test:docker', needs: [DOCKER], longestMinutes: 7 },
]

export function decide({ needs = [], uses = [], longestMinutes = 0 }: Suite, { unmet, minutesLeft, isCi }: Situation): Decision {
  const adviceFor = (requirements: Requirement[]) => requirements.filter((each) => unmet.has(each)).map(advice)
  const missing = adviceFor(isCi ? [...needs, ...uses] : needs)
  if (missing.length > 0) return { action: isCi ? 'fail' : 'skip', reasons: missing }
  // Not a failure, even in continuous integration: nothing is wrong, and a run that is stopped at its limit reports nothing at all.
  if (longestMinutes > minutesLeft) return { action: 'skip', reasons: ['more time: set TEST_MINUTES to more than 30, or run it alone'] }
  return { action: 'run', reasons: adviceFor(uses) }
}

function advice({ what, packages }: Requirement): string {
  return packages === undefined ? what : `${what} (on Debian: apt-get install ${packages.join(' ')})`
}
