import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EventFrames } from '../../../../src/plugins/im-ws-gateway/gateway/event-frames.ts'
import type { SignalAction } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { CoreEvent } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import {
  dependsOnViewer,
  encodeEvent,
  type Client,
  type ReplyFrame
} from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { conversationJson, messageJson } from '../../../../src/plugins/im-ws-gateway/wire/message-json.ts'
import * as samples from './samples.ts'

const clients = {
  '2.0': { dialect: '2.0', batch: false, platformID: 5 },
  '2.3': { dialect: '2.3', batch: false, platformID: 5 },
  '2.3 in batches': { dialect: '2.3', batch: true, platformID: 5 },
  '3': { dialect: '3', batch: true, platformID: 5 }
} as const satisfies Record<string, Client>
type Name = keyof typeof clients

const frames = (name: Name, event: CoreEvent, viewerID = 'u1'): ReplyFrame[] =>
  encodeEvent(clients[name], event, viewerID).map(text => JSON.parse(text) as ReplyFrame)
const told = (name: Name, event: CoreEvent): [string, unknown][] =>
  frames(name, event).map(({ event: of, data }) => [of, JSON.parse(data) as unknown])

const action: SignalAction = {
  opUserID: 'u2',
  invitation: {
    inviterUserID: 'u2',
    inviteeUserIDList: ['u1'],
    groupID: '',
    roomID: 'r',
    timeout: 30,
    mediaType: 'video',
    sessionType: 1,
    platformID: 5
  }
}
const receipts = [
  {
    groupID: '',
    userID: 'u2',
    msgIDList: ['c1'],
    readTime: 5,
    msgFrom: 100,
    contentType: 2_200,
    sessionType: 1
  }
]
const { friendRequest: fr, groupRequest: gr, friend, black, group, member } = samples

/** One event of every kind. */
const events: CoreEvent[] = [
  { kind: 'newMessages', messages: [samples.text] },
  { kind: 'messageRevoked', info: samples.revoked },
  { kind: 'singleReceipts', receipts },
  { kind: 'groupReceipts', receipts },
  { kind: 'newConversations', conversations: [samples.conversation] },
  { kind: 'conversationsChanged', conversations: [samples.conversation] },
  { kind: 'totalUnread', count: 5 },
  { kind: 'selfInfo', user: samples.user },
  { kind: 'friendApplicationAdded', request: fr },
  { kind: 'friendApplicationDeleted', request: fr },
  { kind: 'friendApplicationAccepted', request: fr },
  { kind: 'friendApplicationRejected', request: fr },
  { kind: 'friendAdded', friend },
  { kind: 'friendDeleted', friend },
  { kind: 'friendInfoChanged', friend },
  { kind: 'blackAdded', black },
  { kind: 'blackDeleted', black },
  { kind: 'joinedGroupAdded', group },
  { kind: 'joinedGroupDeleted', group },
  { kind: 'groupDismissed', group },
  { kind: 'groupInfoChanged', group },
  { kind: 'groupMemberAdded', member },
  { kind: 'groupMemberDeleted', member },
  { kind: 'groupMemberInfoChanged', member },
  { kind: 'groupApplicationAdded', request: gr },
  { kind: 'groupApplicationDeleted', request: gr },
  { kind: 'groupApplicationAccepted', request: gr },
  { kind: 'groupApplicationRejected', request: gr },
  { kind: 'userStatus', status: { userID: 'u2', status: 1, platformIDs: [5] } },
  { kind: 'customBusiness', key: 'k', data: '{"a":"b"}' },
  { kind: 'newInvitation', action },
  { kind: 'inviteeAccepted', action },
  { kind: 'inviteeRejected', action },
  { kind: 'invitationCancelled', action },
  { kind: 'invitationTimeout', action },
  { kind: 'inviteeAcceptedByOtherDevice', action },
  { kind: 'inviteeRejectedByOtherDevice', action },
  { kind: 'hangUp', action }
]

/** The names of events that a client listens to. */
function listened(file: string): Set<string> {
  const path = new URL(`../../../../node_modules/${file}`, import.meta.url)
  const [, text = ''] = readFileSync(path, 'utf8').split('enum CbEvents {')
  return new Set(Array.from(text.matchAll(/= "(\w+)"/g), ([, name = '']) => name))
}

describe.each([
  ['2.0', 'oim203/constants/index.d.ts', ['groupDismissed', 'userStatus', 'customBusiness', 'hangUp']],
  ['2.3', 'oim230/constants/index.d.ts', ['groupDismissed', 'userStatus', 'customBusiness']],
  ['2.3 in batches', 'oim230/constants/index.d.ts', ['groupDismissed', 'userStatus', 'customBusiness']],
  ['3', 'oim352/lib/constant/callback.d.ts', ['groupReceipts']]
] as const)('a %s client', (name, file, silent) => {
  test('is told of everything that it has a name for, under that name', () => {
    const names = listened(file)
    const unheard = events.flatMap(event => frames(name, event)).filter(({ event }) => !names.has(event))
    expect(unheard).toEqual([])
    expect(events.filter(event => frames(name, event).length === 0).map(({ kind }) => kind)).toEqual(silent)
  })

  test('gets frames like answers, without an operation id, and with texts in event and data', () => {
    for (const frame of events.flatMap(event => frames(name, event)))
      expect(frame).toEqual({
        event: expect.any(String) as string,
        errCode: 0,
        errMsg: '',
        data: expect.any(String) as string,
        operationID: ''
      })
  })

  test('is told nothing of nothing', () => {
    for (const event of [
      { kind: 'newMessages', messages: [] },
      { kind: 'singleReceipts', receipts: [] },
      { kind: 'conversationsChanged', conversations: [] }
    ] as const)
      expect(encodeEvent(clients[name], event, 'u1')).toEqual([])
  })
})

describe('new messages', () => {
  const event: CoreEvent = { kind: 'newMessages', messages: [samples.text, samples.atText] }
  const json = (name: Name): unknown[] =>
    event.messages.map(message => JSON.parse(messageJson(clients[name].dialect, message, 'u1')) as unknown)

  test('come one by one, or all at once to those who want batches', () => {
    for (const name of ['2.0', '2.3'] as const)
      expect(told(name, event)).toEqual(json(name).map(message => ['OnRecvNewMessage', message]))
    for (const name of ['2.3 in batches', '3'] as const)
      expect(told(name, event)).toEqual([['OnRecvNewMessages', json(name)]])
  })

  test('of the reader himself on another platform are new messages to all', () => {
    const own = { ...event, ownSend: true }
    for (const name of ['2.0', '2.3', '2.3 in batches', '3'] as const) {
      const client = { ...clients[name], platformID: 1 }
      expect(encodeEvent(client, own, 'u1')).toEqual(encodeEvent(client, event, 'u1'))
    }
  })

  test('of the reader himself are from his other web to 2.3, and new messages to others', () => {
    const own = { ...event, ownSend: true }
    const names = (name: Name): string[] => frames(name, own).map(({ event: of }) => of)
    expect(names('2.0')).toEqual(['OnRecvNewMessage', 'OnRecvNewMessage'])
    for (const name of ['2.3', '2.3 in batches'] as const)
      expect(names(name)).toEqual(['OnRecvNewMessageFromOtherWeb', 'OnRecvNewMessageFromOtherWeb'])
    expect(names('3')).toEqual(['OnRecvNewMessages'])
  })
})

describe('who has come into a group', () => {
  const event: CoreEvent = { kind: 'groupMemberAdded', member }

  test('is told to the others, and by 3.x to himself too', () => {
    const toldTo = (name: Name): string[] =>
      ['u1', member.userID].filter(id => frames(name, event, id).length > 0)
    for (const name of ['2.0', '2.3', '2.3 in batches'] as const) expect(toldTo(name)).toEqual(['u1'])
    expect(toldTo('3')).toEqual(['u1', member.userID])
  })

  test('is encoded once for all others', () => {
    const frameOf = new EventFrames()
    const client = clients['2.3']
    expect(frameOf.of(event, client, member.userID)).toEqual([])
    const first = frameOf.of(event, client, 'u1')
    expect(frameOf.of(event, client, member.userID)).toEqual([])
    expect(first).toHaveLength(1)
    expect(frameOf.of(event, client, 'u3')).toBe(first)
  })
})

describe('a message that was taken back', () => {
  const event: CoreEvent = { kind: 'messageRevoked', info: samples.revoked }

  test('is its raw id to 2.0', () => {
    expect(frames('2.0', event)).toMatchObject([{ event: 'OnRecvMessageRevoked', data: 'c2' }])
    const odd = { ...event, info: { ...samples.revoked, clientMsgID: 'a"\\b' } }
    expect(frames('2.0', odd)).toMatchObject([{ data: 'a"\\b' }])
  })

  test('is told to others with who did it, in their numbers; to 2.3, which has both events, also as its raw id', () => {
    expect(frames('2.3', event)).toMatchObject([
      { event: 'OnRecvMessageRevoked', data: 'c2' },
      { event: 'OnNewRecvMessageRevoked', data: expect.stringContaining('"revokerRole":2') as string }
    ])
    expect(told('3', event)).toMatchObject([
      ['OnNewRecvMessageRevoked', { revokerRole: 100, sessionType: 3, isAdminRevoke: true }]
    ])
  })
})

describe('what has changed', () => {
  test('are conversations as their lists have them, with the last message in it as JSON', () => {
    const conversations = [samples.conversation, { ...samples.groupConversation, latestMsg: null }]
    for (const name of Object.keys(clients) as Name[])
      expect(told(name, { kind: 'conversationsChanged', conversations })).toEqual([
        [
          'OnConversationChanged',
          conversations.map(
            each => JSON.parse(conversationJson(clients[name].dialect, each, 'u1')) as unknown
          )
        ]
      ])
  })

  test('is the number of unread messages, in digits', () => {
    for (const name of Object.keys(clients) as Name[])
      expect(frames(name, { kind: 'totalUnread', count: 5 })).toMatchObject([
        { event: 'OnTotalUnreadMessageCountChanged', data: '5' }
      ])
  })

  test.each(['OnSelfInfoUpdated', 'OnFriendApplicationAdded', 'OnFriendAdded', 'OnBlackAdded'])(
    'is %s with one object, in seconds for 2.x',
    name => {
      const of = (client: Name): { createTime: number } | undefined =>
        events
          .flatMap(event => frames(client, event))
          .filter(({ event }) => event === name)
          .map(({ data }) => JSON.parse(data) as { createTime: number })[0]
      expect(of('2.0')?.createTime).toBe(Math.floor((of('3')?.createTime ?? 0) / 1_000))
      expect(of('3')?.createTime).toBeGreaterThan(1_600_000_000_000)
    }
  )

  test('is what somebody did to a call', () => {
    const busyLineUserIDList: string[] = []
    const invitation = { ...action.invitation, initiateTime: 0, customData: '', busyLineUserIDList }
    for (const name of ['2.3', '3'] as const)
      expect(told(name, { kind: 'hangUp', action })).toEqual([['OnHangUp', { opUserID: 'u2', invitation }]])
  })

  test('is what a business has to say, and where somebody is, to 3.x', () => {
    expect(told('3', { kind: 'customBusiness', key: 'k', data: '{"a":"b"}' })).toEqual([
      ['OnRecvCustomBusinessMessage', { key: 'k', data: '{"a":"b"}' }]
    ])
    const status = { userID: 'u2', status: 1, platformIDs: [5] } as const
    expect(told('3', { kind: 'userStatus', status })).toEqual([['OnUserStatusChanged', status]])
  })

  test('are receipts, in a list', () => {
    expect(told('3', { kind: 'singleReceipts', receipts })).toEqual([['OnRecvC2CReadReceipt', receipts]])
    expect(told('2.3', { kind: 'groupReceipts', receipts })).toEqual([['OnRecvGroupReadReceipt', receipts]])
  })
})

describe('an encoding may be kept for all viewers', () => {
  test('except where somebody is named in a message', () => {
    const at: CoreEvent[] = [
      { kind: 'newMessages', messages: [samples.text, samples.atText] },
      { kind: 'conversationsChanged', conversations: [samples.groupConversation] }
    ]
    expect(at.map(dependsOnViewer)).toEqual([true, true])
    expect(events.filter(dependsOnViewer)).toEqual([])
  })

  test('because it is the same for them', () => {
    const events2 = events.filter(
      ({ kind }) => kind !== 'newConversations' && kind !== 'conversationsChanged'
    )
    for (const name of Object.keys(clients) as Name[])
      for (const event of events2)
        expect(encodeEvent(clients[name], event, 'u1')).toEqual(encodeEvent(clients[name], event, 'u3'))
    const at: CoreEvent = { kind: 'newMessages', messages: [samples.atText] }
    expect(encodeEvent(clients['3'], at, 'u1')).not.toEqual(encodeEvent(clients['3'], at, 'u3'))
  })
})
