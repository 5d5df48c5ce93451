import { describe, expect, test } from 'vitest'
import type { PushMessage } from '../../../src/plugins/wechat-simulator/message.ts'
import { People } from '../../../src/plugins/wechat-simulator/people.ts'
import { Phone } from '../../../src/plugins/wechat-simulator/phone.ts'
import type { PushOutcome } from '../../../src/plugins/wechat-simulator/pushes.ts'
import { QrCodes, type SimulatedQrCode } from '../../../src/plugins/wechat-simulator/qr-codes.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const openid = 'oAnn'
const menu = '<a href="weixin://bizmsgmenu?msgmenucontent=Yes&msgmenuid=ok">Confirm</a>'

interface Rig {
  readonly clock: ReturnType<typeof fakeClock>
  readonly people: People
  readonly phone: Phone
  readonly code: SimulatedQrCode
  readonly pushed: PushMessage[]
  /** What Ann reads, with who wrote it. */
  readonly chat: () => readonly (readonly [from: string, text: string])[]
}

/** A phone whose pushes come to this. */
function made(outcome: Partial<PushOutcome> = {}): Rig {
  const clock = fakeClock()
  const [codes, people] = [new QrCodes(clock), new People(clock)]
  const pushed: PushMessage[] = []
  const push = async (message: PushMessage): Promise<PushOutcome> => {
    pushed.push(message)
    return { result: 'answered', problems: [], ...outcome }
  }
  return {
    clock,
    people,
    pushed,
    phone: new Phone(codes, people, { push }),
    code: codes.create({ scene: 'shop', kind: 'text', ttlS: 60 }),
    chat: () => people.meet(openid).chat.map(({ from, text }) => [from, text])
  }
}

describe('a scan', () => {
  test('makes a follower of whoever is none, and tells so', async () => {
    const { phone, code, pushed, chat } = made({ reply: 'Welcome' })
    await phone.scan({ url: code.url }, openid)
    expect(pushed).toEqual([
      {
        openid,
        fields: { MsgType: 'event', Event: 'subscribe', EventKey: 'qrscene_shop', Ticket: code.ticket }
      }
    ])
    expect(chat()).toEqual([
      ['wechat', 'followed'],
      ['account', 'Welcome']
    ])
  })

  test('of a follower is another event, without the prefix', async () => {
    const { phone, code, people, pushed, chat } = made()
    people.follow(people.meet(openid))
    await phone.scan({ ticket: code.ticket }, openid)
    expect(pushed).toEqual([
      { openid, fields: { MsgType: 'event', Event: 'SCAN', EventKey: 'shop', Ticket: code.ticket } }
    ])
    expect(chat().at(-1)).toEqual(['wechat', 'scanned'])
    expect(code.scans).toBe(1)
  })

  test('of a code that has ended comes to nothing', async () => {
    const { phone, code, clock, pushed, people } = made()
    await clock.advance(60_000)
    await expect(phone.scan({ url: code.url }, openid)).rejects.toMatchObject({ code: 'no-such-code' })
    expect(pushed).toEqual([])
    expect(people.find(openid)).toBeUndefined()
  })
})

test('who follows without a code has no key, and cannot follow twice', async () => {
  const { phone, pushed } = made()
  await phone.follow(openid)
  expect(pushed[0]?.fields).toEqual({ MsgType: 'event', Event: 'subscribe', EventKey: '' })
  await expect(phone.follow(openid)).rejects.toMatchObject({ code: 'already-a-follower' })
})

test('who unfollows sees no reply any more, and can neither write nor tap', async () => {
  const { phone, people, pushed, chat } = made({ reply: menu })
  people.follow(people.meet(openid))
  await phone.unfollow(openid)
  expect(pushed[0]?.fields).toEqual({ MsgType: 'event', Event: 'unsubscribe', EventKey: '' })
  expect(chat().at(-1)).toEqual(['wechat', 'unfollowed'])
  for (const act of [phone.say(openid, 'Hello'), phone.tap(openid, 'Yes'), phone.unfollow(openid)])
    await expect(act).rejects.toMatchObject({ code: 'not-a-follower' })
})

test('each message has an id of its own, larger than a double can hold', async () => {
  const { phone, people, pushed } = made()
  people.follow(people.meet(openid))
  await phone.say(openid, 'Hello')
  await phone.say(openid, 'Hello')
  const ids = pushed.map(({ fields }) => fields['MsgId'] as bigint)
  expect(pushed[0]?.fields).toEqual({ MsgType: 'text', Content: 'Hello', MsgId: ids[0] })
  expect(new Set(ids).size).toBe(2)
  for (const id of ids) expect(id).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
})

test('a link that was sent can be tapped, and says its text and its id', async () => {
  const { phone, people, pushed, chat } = made({ reply: menu })
  people.follow(people.meet(openid))
  await expect(phone.tap(openid, 'Yes')).rejects.toMatchObject({ code: 'no-such-link' })
  await phone.say(openid, 'Hello')
  await phone.tap(openid, 'Yes')
  expect(pushed.at(-1)?.fields).toMatchObject({ MsgType: 'text', Content: 'Yes', bizmsgmenuid: 'ok' })
  expect(chat().at(-2)).toEqual(['user', 'Yes'])
  await expect(phone.tap(openid, 'No')).rejects.toMatchObject({ code: 'no-such-link' })
  await expect(phone.tap(openid, 'Yes', 'other')).rejects.toMatchObject({ code: 'no-such-link' })
})

test('what a user writes is no link of the account', async () => {
  const { phone, people } = made()
  people.follow(people.meet(openid))
  await phone.say(openid, menu)
  await expect(phone.tap(openid, 'Yes')).rejects.toMatchObject({ code: 'no-such-link' })
})

test('when the service is at fault, the user reads so', async () => {
  const { phone, people, chat } = made({ result: 'fault' })
  people.follow(people.meet(openid))
  await phone.say(openid, 'Hello')
  expect(chat().slice(-2)).toEqual([
    ['user', 'Hello'],
    ['wechat', 'service-fault']
  ])
})
