#!/usr/bin/env node
// `npx roster` in a clone: server/roster.ts on the pinned Node, whichever Node runs npx.
process.argv.splice(2, 0, 'server/roster.ts')
await import('./bootstrap.mjs')
