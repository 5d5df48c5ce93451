import { expect, test } from 'vitest'
import { startGateway } from './gateway.ts'

/** Filters as the documents of each version have them, and who is to be found by them. */
const filters = {
  '2.0.3': { all: 0, owner: 2, admins: 3, ordinary: 1 },
  '2.3.0': { all: 0, owner: 2, admins: 3, ordinary: 1 },
  '3.5.2': { all: 0, owner: 1, admins: 2, ordinary: 3 }
} as const

test.each(['2.0.3', '2.3.0', '3.5.2'] as const)(
  '%s finds members of a group by the filters of its own documents',
  async version => {
    await using gateway = await startGateway()
    await gateway.rest.register('ann', 'bob', 'cid')
    await gateway.rest.post('groups', {
      groupID: 'g',
      groupName: 'G',
      ownerUserID: 'ann',
      adminUserIDs: ['bob'],
      memberUserIDs: ['cid']
    })
    const cid = await gateway.online({ version, userID: 'cid' })
    const found = async (filter: number): Promise<readonly string[]> => {
      const args = { groupID: 'g', filter, offset: 0, count: 10 }
      const members = (await cid.ask('getGroupMemberList', args)) as readonly { readonly userID: string }[]
      return members.map(({ userID }) => userID).toSorted()
    }
    const { all, owner, admins, ordinary } = filters[version]
    expect(await found(all)).toEqual(['ann', 'bob', 'cid'])
    expect(await found(owner)).toEqual(['ann'])
    expect(await found(admins)).toEqual(['bob'])
    expect(await found(ordinary)).toEqual(['cid'])
  }
)
