/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  // The native SQLite library must stay a real package: bundlers cannot carry a .node file.
  serverExternalPackages: ['@prisma/adapter-libsql', '@libsql/client', 'libsql'],
  // `npm test` checks the types of everything; whoever only starts Roster should not wait for it.
  typescript: { ignoreBuildErrors: true },
}
