/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  // The native SQLite library must stay a real package: bundlers cannot carry a .node file.
  serverExternalPackages: ['@prisma/adapter-better-sqlite3', 'better-sqlite3'],
  // No page shows a picture: no visitor may have this server resize some, and its library stays out of the build.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '*': ['node_modules/sharp/**', 'node_modules/@img/**'] },
  // In `next dev`, which runs without our server, app/data/ answers what app/_request/routes.ts has for programs.
  rewrites: async () => [
    { source: '/users.:format(csv|json|ndjson|vcf)', destination: '/data/users.:format' },
    { source: '/:file(manifest.webmanifest|openapi.json|opensearch.xml)', destination: '/data/:file' },
    { source: '/site/:file', destination: '/data/site/:file' },
    { source: '/user/profile/:id.:format(json|vcf)', destination: '/data/user/profile/:id.:format' },
  ],
  // A search while typing waits for the network instead of leaving the page (app/_views/search-field.tsx).
  experimental: { useOffline: true },
  // `npm test` checks the types of everything; whoever only starts Roster should not wait for it.
  typescript: { ignoreBuildErrors: true },
}
