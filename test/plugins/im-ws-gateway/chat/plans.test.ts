import { CompiledQuery, type Kysely, type KyselyPlugin, type RootOperationNode } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { temporaryDirectory } from '../../database/temporary-directory.ts'
import { startRig, type Rig } from './rig.ts'

const directory = temporaryDirectory()
let rig: Rig
afterEach(async () => {
  await rig.close()
  directory.remove()
})

/** Collects the queries that are made through a database. */
class Queries implements KyselyPlugin {
  readonly #nodes: RootOperationNode[] = []

  /** The same database, watched. */
  watch(database: Database): Database {
    return {
      driver: database.driver,
      ping: () => database.ping(),
      open: async (namespace, migrations) => {
        const db = await database.open<object>(namespace, migrations)
        return db.withPlugin(this) as never
      }
    }
  }

  transformQuery({ node }: { readonly node: RootOperationNode }): RootOperationNode {
    this.#nodes.push(node)
    return node
  }

  async transformResult<Result>({ result }: { readonly result: Result }): Promise<Result> {
    return result
  }

  /** What a database does for each of them, by its text. */
  async plans(db: Kysely<object>): Promise<ReadonlyMap<string, readonly string[]>> {
    const compiled = this.#nodes.map(node => db.getExecutor().compileQuery(node, { queryId: '' }))
    const texts = new Map(compiled.map(query => [query.sql, query]))
    const plans = new Map<string, readonly string[]>()
    for (const [text, { parameters }] of texts) {
      if (!/^(?:select|insert|update|delete)/.test(text)) continue
      const explain = CompiledQuery.raw(`explain query plan ${text}`, [...parameters])
      const { rows } = await db.executeQuery<{ readonly detail: string }>(explain)
      plans.set(
        text,
        rows.map(({ detail }) => detail)
      )
    }
    return plans
  }
}

test('no query of conversations and messages looks through a whole table', async () => {
  const queries = new Queries()
  directory.make()
  const file = directory.path('im.db')
  rig = await startRig({
    file,
    settings: { historyForNewMembers: false },
    through: database => queries.watch(database)
  })
  const [ann, bob, cat] = await rig.people('ann', 'bob', 'cat')
  const id = 'si_ann_bob'
  const one = await ann.say({ recvID: 'bob' }, 'one')
  const two = await bob.say({ recvID: 'ann' }, 'two')
  await bob.call('setConversationPrivateChat', { conversationID: id, isPrivate: true })
  await bob.call('setConversationBurnDuration', { conversationID: id, burnDuration: 1 })
  const secret = await ann.say({ recvID: 'bob' }, 'secret')
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [secret.clientMsgID] })
  const { groupID } = await ann.call('createGroup', { groupInfo: { groupName: 'G' }, memberUserIDs: ['bob'] })
  const group = `sg_${groupID}`
  const at = { contentType: 106, atTextElem: { text: '@', atUserList: ['bob', 'cat'] } }
  const mention = await ann.call('sendMessage', { message: at, groupID })
  await bob.call('markMessagesRead', { conversationID: group, clientMsgIDList: [mention.clientMsgID] })
  await ann.call('inviteToGroup', { groupID, userIDList: ['cat'] })
  await cat.call('quitGroup', { groupID })
  await ann.call('insertMessage', {
    message: { contentType: 101, textElem: { content: 'local' } },
    recvID: 'bob',
    sendID: 'ann'
  })
  for (const conversationID of [id, group])
    for (const name of ['getHistory', 'getHistoryReverse'] as const)
      for (const startClientMsgID of ['', one.clientMsgID, mention.clientMsgID])
        await ann.call(name, { conversationID, count: 5, startClientMsgID }).catch(() => {})
  await ann.call('setMessageLocalEx', { conversationID: id, clientMsgID: one.clientMsgID, localEx: 'x' })
  await ann.call('deleteMessage', { conversationID: '', clientMsgID: two.clientMsgID })
  await ann.call('searchMessages', {
    keywordList: ['a', 'b'],
    senderUserIDList: ['ann'],
    messageTypeList: [101]
  })
  await ann.call('findMessages', { list: [{ conversationID: id, clientMsgIDList: [one.clientMsgID] }] })
  ann.core.detach(ann.device)
  await bob.call('revokeMessage', { conversationID: id, clientMsgID: two.clientMsgID })
  await bob.say({ recvID: 'ann' }, 'three')
  await bob.call('markConversationRead', { conversationID: id })
  await ann.core.attach({ platformID: 5 })
  for (let round = 0; round < 20; round++) {
    await rig.clock.advance(1_000)
    await rig.database.ping()
  }
  await bob.call('clearConversation', { conversationID: id })
  await ann.call('clearConversation', { conversationID: id })
  await rig.cores.backOffice.send({ recvIDs: ['ann'], contentType: 1400, content: { detail: '{}' } })
  await bob.leave()
  await rig.open('bob')

  const reader = await SqliteDatabase.connect(file, 1_000)
  const plans = await queries.plans(await reader.open('im_test', {}))
  await reader.close()
  const touched = (name: string): number =>
    [...plans.keys()].filter(text => text.includes(`"im_chat_${name}"`)).length
  const tables = [
    'threads',
    'seats',
    'messages',
    'marks',
    'locals',
    'revokes',
    'group_reads',
    'platforms',
    'head'
  ]
  expect(tables.filter(name => touched(name) === 0)).toEqual([])
  expect([...plans.keys()].filter(text => text.startsWith('delete from "im_chat_messages"'))).toHaveLength(1)
  const scans = [...plans].filter(
    ([text, steps]) =>
      text.includes('"im_chat_') &&
      steps.some(step => step.startsWith('SCAN') && !step.endsWith('CONSTANT ROWS'))
  )
  expect(scans).toEqual([])
})
