import 'server-only'
import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { database } from './database.ts'

type Plan = { 'Plan Rows': number; Plans?: Plan[] }

/** How many people the planner expects to meet each of `conditions`. It looks for none: the statistics of the indexes have thousands of names. */
export async function estimateMatches(conditions: Prisma.Sql[]): Promise<number[]> {
  // With a second one, the plan is a list of plans however few conditions there are.
  const queries = [...conditions, Prisma.sql`TRUE`].map((condition) => Prisma.sql`SELECT 1 FROM "User" WHERE ${condition}`)
  const [row] = await database().$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>`
    EXPLAIN (FORMAT JSON) ${Prisma.join(queries, ' UNION ALL ')}`
  const plans = row?.['QUERY PLAN'][0].Plan.Plans ?? []
  return plans.map((plan) => plan['Plan Rows'])
}
