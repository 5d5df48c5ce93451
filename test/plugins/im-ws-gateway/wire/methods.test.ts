import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { operations, type OperationName } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import { decodeCall } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { methods } from '../../../../src/plugins/im-ws-gateway/wire/methods/index.ts'
import type { Item } from '../../../../src/plugins/im-ws-gateway/wire/methods/notation.ts'
import { capturedCalls, clients } from './captured.ts'

/** The names that a client package declares, of which it never sends these. */
const unsent = new Set([
  'InitSDK',
  'MarkSingleMessageHasRead',
  'CreateImageMessageByFile',
  'CreateSoundMessageByFile',
  'CreateVideoMessageByFile',
  'CreateFileMessageByFile',
  'UploadFile'
])

function declared(file: string, constant: string): string[] {
  const path = new URL(`../../../../node_modules/${file}`, import.meta.url)
  const [, text = ''] = readFileSync(path, 'utf8').split(`enum ${constant} {`)
  const names = [...text.slice(0, text.indexOf('}')).matchAll(/= "(\w+)"/g)].map(([, name = '']) => name)
  return names.filter(name => !unsent.has(name))
}

const sent = {
  '2.0': declared('oim203/constants/index.d.ts', 'RequestFunc'),
  '2.3': declared('oim230/constants/index.d.ts', 'RequestFunc'),
  // Its `SendMessage` is declared, and `SendMessageNotOss` sent in its place.
  '3': declared('oim352/lib/constant/api.d.ts', 'RequestApi').filter(name => name !== 'SendMessage')
} as const

describe('the tables', () => {
  test.each([
    ['2.0', 91],
    ['2.3', 118],
    ['3', 94]
  ] as const)(
    'have a row for each of the names that %s clients send, and know it for theirs',
    (dialect, count) => {
      const known = [...methods.values()].filter(({ knownTo }) => knownTo.includes(dialect))
      expect(sent[dialect]).toHaveLength(count)
      expect(known.map(({ name }) => name).toSorted()).toEqual(sent[dialect].toSorted())
    }
  )

  test('have what was captured, what is declared and never sent, and both names for hiding everything', () => {
    const captured = clients.flatMap(([version]) => capturedCalls(version).map(({ name }) => name))
    const wanted = [...captured, ...unsent, 'HideAllConversation', 'HideAllConversations']
    expect(wanted.filter(name => !methods.has(name))).toEqual([])
  })

  test('name arguments that their operations have, or that an adapter takes away', () => {
    const adapted = new Set(['userID', 'groupID', 'sourceID', 'sessionType', 'message', 'memberList'])
    const strays: string[] = []
    for (const { name, does, data, list, adapters } of methods.values()) {
      const operation = does in operations ? operations[does as OperationName] : undefined
      for (const argument of [...(data ? named(data) : []), ...list.flatMap(named)])
        if (
          operation &&
          !(argument in operation.properties) &&
          !(adapters.length > 0 && adapted.has(argument))
        )
          strays.push(`${name} ${argument}`)
    }
    expect(strays).toEqual([])
  })

  test('serve every operation, in every dialect', () => {
    const served = new Set([...methods.values()].map(({ does }) => does as string))
    expect(Object.keys(operations).filter(name => !served.has(name))).toEqual([])
  })
})

function named(item: Item): string[] {
  if (item.kind === 'value') return [item.to]
  if (item.kind === 'either') return [...named(item.value), ...named(item.object)]
  return item.members.flatMap(({ to }) => to ?? [])
}

describe('a name', () => {
  const frame = { operationID: 'op', userID: 'u1' }

  test.each(['Nonsense', '__proto__', 'constructor', 'toString', ''])('like %j is unknown', reqFuncName => {
    for (const dialect of ['2.0', '2.3', '3'] as const)
      expect(() => decodeCall(dialect, { ...frame, reqFuncName, data: '' }, 'u1')).toThrow(
        expect.objectContaining({ code: 'unknownMethod' })
      )
  })

  test.each([
    ['CreateFileMessageFromFullPath', '{"fileFullPath":"/etc/passwd","fileName":"a"}'],
    ['CreateImageMessageFromFullPath', '/etc/passwd'],
    ['CreateImageMessageByFile', '[]'],
    ['UploadFile', '[]'],
    ['GetSubDepartment', '{"departmentID":"0"}'],
    ['SearchOrganization', 'not even JSON']
  ])('%s is known, and not supported', (reqFuncName, data) => {
    for (const dialect of ['2.0', '2.3', '3'] as const)
      expect(() => decodeCall(dialect, { ...frame, reqFuncName, data }, 'u1')).toThrow(
        expect.objectContaining({ code: 'notSupported' })
      )
  })

  test.each([
    ['3', 'GetUsersInfo', '["[\\"u2\\"]"]', 'getUsers', { userIDList: ['u2'] }],
    ['2.0', 'GetUsersInfoWithCache', '{"userIDList":["u2"],"groupID":"g1"}', 'getUsers', { groupID: 'g1' }],
    ['2.0', 'PinConversation', '{"conversationID":"si_u1_u2","isPinned":true}', 'pinConversation', {}],
    ['2.0', 'HideConversation', 'single_u2', 'hideConversation', { conversationID: 'si_u1_u2' }],
    [
      '2.3',
      'DeleteMessage',
      '{"conversationID":"group_g1","clientMsgID":"c"}',
      'deleteMessage',
      { conversationID: 'sg_g1' }
    ],
    [
      '3',
      'MarkC2CMessageAsRead',
      '["{\\"userID\\":\\"u2\\",\\"msgIDList\\":[\\"c\\"]}"]',
      'markMessagesRead',
      { clientMsgIDList: ['c'] }
    ],
    ['3', 'MarkGroupMessageHasRead', '["g1"]', 'markConversationRead', { conversationID: 'sg_g1' }],
    [
      '2.0',
      'SetGroupMemberInfo',
      '{"groupID":"g1","userID":"u2","ex":"x"}',
      'setGroupMemberInfo',
      { ex: 'x' }
    ],
    ['3', 'SendMessage', '["{}","u2","","",false]', 'sendMessage', { recvID: 'u2' }],
    ['2.0', 'SubscribeUsersStatus', '["u2"]', 'subscribeUsersStatus', { userIDList: ['u2'] }],
    ['3', 'SetGroupInfo', '[{"groupID":"g1","groupName":"G"}]', 'setGroupInfo', { groupName: 'G' }]
  ] as const)('of other clients is answered too: %s %s %s', (dialect, reqFuncName, data, operation, args) => {
    const call = decodeCall(dialect, { ...frame, reqFuncName, data }, 'u1')
    expect(call).toMatchObject({ operation, args })
  })
})
