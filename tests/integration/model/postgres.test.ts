import { describe, test } from 'vitest'
import { LIST_LIMITS } from '../../../app/_models/sqlite/search/limits.ts'
import { ENGINES, runOn, temporaryDirectory } from '../../fixtures/engines.ts'
import { expectPlainLists } from './expect-plain-lists.ts'
import { modelOn } from './model-on.ts'

// The tests of the model, which their own files run on SQLite.
describe.each(ENGINES.filter(({ name }) => name !== 'SQLite'))('on $name:', async (engine) => {
  runOn(engine)
  await import('./user.test.ts')
  await import('./scripts.property.test.ts')
  await import('./whole-list.property.test.ts')

  test.each([10_000, 30, 5])('lists the same people as a plain filter and sort of everybody, of whom %i are counted', async (maxCount) => {
    const directory = await temporaryDirectory()
    const { listUsers } = await modelOn(directory)
    await expectPlainLists(listUsers, directory, { limits: { ...LIST_LIMITS, maxCount }, mayBeTooBroad: false, runs: 40 })
  })
})
