// The model on the database at `DATABASE_URL`, in a process of its own: it answers each message with how long its pages took.
// Needs `node --conditions=react-server`.
import { listUsers, type UserPage } from '../app/_models/user.ts'
import type { UserListQuery } from '../app/_models/user-list-query.ts'

export type Calls = { query: UserListQuery; calls: number }
export type CallTimes = { milliseconds: number[] } & Pick<UserPage, 'count' | 'isCountExact' | 'isTooBroad'>

process.on('message', async ({ query, calls }: Calls) => {
  const milliseconds: number[] = []
  // Once before the measurement: the operating system may not have read the file yet.
  let page = await listUsers(query)
  for (let call = 0; call < calls; call++) {
    const start = performance.now()
    page = await listUsers(query)
    milliseconds.push(performance.now() - start)
  }
  const { count, isCountExact, isTooBroad } = page
  process.send?.({ milliseconds, count, isCountExact, isTooBroad } satisfies CallTimes)
})
