import { CompiledQuery, type KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { Relations } from '../../../../src/plugins/im-ws-gateway/embedded/people/relations.ts'
import { Requests } from '../../../../src/plugins/im-ws-gateway/embedded/people/requests.ts'
import { openTables, type PeopleDb } from '../../../../src/plugins/im-ws-gateway/embedded/people/tables.ts'
import { Users } from '../../../../src/plugins/im-ws-gateway/embedded/people/users.ts'
import { WatchRows } from '../../../../src/plugins/im-ws-gateway/embedded/people/watch-rows.ts'
import { testPeople } from './opened.ts'

/** Has every statement that runs through it explained. */
function explaining(db: PeopleDb): {
  readonly plugin: KyselyPlugin
  readonly plans: () => Promise<string[]>
} {
  const seen: CompiledQuery[] = []
  return {
    plugin: {
      transformQuery({ node }) {
        seen.push(db.getExecutor().compileQuery(node, { queryId: 'explained' }))
        return node
      },
      transformResult: async ({ result }) => result
    },
    async plans() {
      const plans = seen.splice(0).map(async ({ sql, parameters }) => {
        const explained = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
        const { rows } = await db.executeQuery<{ detail: string }>(explained)
        return rows.map(({ detail }) => detail)
      })
      return (await Promise.all(plans)).flat()
    }
  }
}

test('nothing that is read or changed of one user scans a table, and the newest applications need no sorting', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const plain = await openTables(opened.database)
  const { plugin, plans } = explaining(plain)
  const db = plain.withPlugin(plugin)
  const [users, relations, requests] = [
    new Users(db, opened.clock),
    new Relations(db),
    new Requests(db, opened.clock)
  ]
  await users.find('u1')
  await users.findAll(['u1', 'u2', 'u3'])
  await users.change('u1', { nickname: 'Uno' })
  await requests.open({ fromUserID: 'u1', toUserID: 'u2', reqMsg: '', ex: '' })
  await requests.accept('u1', 'u2', '')
  await expect(requests.refuse('u1', 'u2', '')).rejects.toMatchObject({ code: 'alreadyHandled' })
  for await (const row of relations.befriending('u1')) expect(row.ownerUserID).toBe('u2')
  await relations.setRemark('u1', 'u2', 'Pal')
  await relations.removeFriend('u1', 'u2')
  await relations.addBlack({ ownerUserID: 'u1', userID: 'u2', createTime: 0, ex: '' })
  await relations.removeBlack('u1', 'u2')
  const watches = new WatchRows(db)
  await watches.add('u1', ['u2'])
  expect(await watches.read('u1')).toEqual(['u2'])
  await watches.remove('u1', ['u2'])
  const details = await plans()
  expect(details.filter(detail => detail.startsWith('SEARCH')).length).toBeGreaterThan(12)
  expect(details.filter(detail => /\bSCAN im_/.test(detail))).toEqual([])

  await requests.list('fromUserID', 'u1')
  await requests.list('toUserID', 'u2')
  expect(await plans()).toEqual([
    'SEARCH im_people_requests USING INDEX im_people_requests_from (fromUserID=?)',
    'SEARCH im_people_requests USING INDEX im_people_requests_to (toUserID=?)'
  ])
})

test('what the database knows is as it was kept', async () => {
  await using opened = await testPeople()
  const profile = { nickname: '名', faceURL: 'http://f', ex: '{"a":1}', birth: -946_684_800, gender: 1 }
  const db = await openTables(opened.database)
  await new Users(db, opened.clock).add('u1', { ...profile, phoneNumber: '+86', email: 'a@b' })
  expect(await new Users(db, opened.clock).find('u1')).toEqual({
    userID: 'u1',
    ...profile,
    phoneNumber: '+86',
    email: 'a@b',
    globalRecvMsgOpt: 0,
    createTime: opened.clock.now()
  })
})
