import { seedCommand } from '../server/commands/seed.ts'

process.exitCode = await seedCommand(process.argv.slice(2), 'npx prisma db seed [-- --count N]')
