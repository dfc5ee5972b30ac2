// `npx prisma db seed [-- --count N]`: the same as `roster seed [--count N]`.
process.argv.splice(2, 0, 'seed')
await import('../server/roster.ts')
