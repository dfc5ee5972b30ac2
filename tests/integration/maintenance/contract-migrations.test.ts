import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expectNodesToSurvive } from '../../../server/database/postgres/contract-migrations.ts'
import { ENGINES } from '../../fixtures/engines.ts'
import { connect } from '../../fixtures/postgres-server.ts'

const EXPAND = '20990101000000_add_city'
const CONTRACT = '20990102000000_contract_0_4_0_drop_city'

describe.each(ENGINES.filter(({ name }) => name === 'PostgreSQL'))('on $name', ({ start }) => {
  const temporaryDirectory = start()

  test('a migration that old nodes survive needs no confirmation', async () => {
    const { url } = await temporaryDirectory()
    await connectNode(url, '0.3.0')
    await expectNodesToSurvive(await connect(url), [EXPAND], false)
  })

  test('one that they do not survive needs it, as nodes at standbys cannot be seen', async () => {
    const { url } = await temporaryDirectory()
    const client = await connect(url)
    await expect(expectNodesToSurvive(client, [EXPAND, CONTRACT], false)).rejects.toThrow(
      `${CONTRACT} would break web nodes of releases before 0.4.0; none is connected`,
    )
    await expectNodesToSurvive(client, [EXPAND, CONTRACT], true)
  })

  test('no confirmation is enough while an old node is connected', async () => {
    const { url } = await temporaryDirectory()
    const client = await connect(url)
    await connectNode(url, '0.4.0')
    const node = await connectNode(url, '0.3.12')
    await expect(expectNodesToSurvive(client, [CONTRACT], true)).rejects.toThrow('nodes of release 0.3.12 are connected')
    await node.end()
    await expect.poll(() => expectNodesToSurvive(client, [CONTRACT], true).then(() => 'survive')).toBe('survive')
  })
})

async function connectNode(url: string, release: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: `roster ${release}` })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
