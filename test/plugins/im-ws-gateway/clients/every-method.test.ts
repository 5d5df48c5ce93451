import { expect, test } from 'vitest'
import { callAll, methodsOf, type World } from './every-method.ts'
import { startGateway } from './gateway.ts'
import { versions, type Version } from './packages.ts'
import { rowsV2 } from './rows-v2.ts'
import { rowsV3 } from './rows-v3.ts'

const rowsOf = (version: Version) => (version === '3.5.2' ? rowsV3 : rowsV2(version))

test.each(versions)('every method of %s answers, with what it declares', async version => {
  await using gateway = await startGateway()
  const me = await gateway.online({ version, userID: 'me' })
  const open = (userID: string) => gateway.raw({ userID, dialect: '2.3' })
  const [ann, bob, cat, dan, eve] = await Promise.all(['ann', 'bob', 'cat', 'dan', 'eve'].map(open))
  if (!ann || !bob || !cat || !dan || !eve) throw new Error('not all are there')
  const found = async (groupName: string, memberUserIDs: readonly string[]): Promise<string> => {
    const group = await ann.ask('CreateGroup', {
      groupBaseInfo: JSON.stringify({ groupType: 2, groupName }),
      memberList: JSON.stringify(memberUserIDs.map(userID => ({ userID, roleLevel: 1 })))
    })
    const { groupID } = group as { readonly groupID: string }
    await ann.ask('SetGroupVerification', { groupID, verification: 1 })
    return groupID
  }
  const groups = { mine: '', closed: await found('closed', ['bob']), joined: await found('joined', ['me']) }
  const world: World = { me, others: { ann, bob, cat, dan, eve }, groups, results: {} }

  const rows = rowsOf(version)
  expect(await callAll(world, rows)).toEqual([])
  expect(me.failures).toEqual([])
  const called = new Set(['login', ...rows.map(({ method }) => method)])
  expect([...called].toSorted()).toEqual(methodsOf(me))
})
