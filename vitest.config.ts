import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const project = (name: string, options = {}) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...options },
})

export default defineConfig({
  resolve: {
    alias: {
      // The package throws outside a server bundle, so also in tests.
      'server-only': fileURLToPath(new URL('./node_modules/server-only/empty.js', import.meta.url)),
    },
  },
  test: {
    projects: [
      project('unit'),
      project('integration'),
      project('server'),
      project('systemd', { hookTimeout: 300_000, testTimeout: 120_000 }),
      // The tests share one cluster, which is killed and cut off.
      project('cluster', { testTimeout: 150_000 }),
      project('docker', { globalSetup: 'tests/docker/global-setup.ts', testTimeout: 300_000 }),
    ],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
