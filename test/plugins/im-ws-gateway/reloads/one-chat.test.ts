import { expect, test } from 'vitest'
import { heard as heardBy, hears, history as historyOf, say } from '../clients/chat.ts'
import { temporaryFolder } from '../clients/gateway.ts'
import { talkAcross, talkInTurn } from './after-a-reload.ts'
import { conversations, heard, history, send, startReloadable } from './rig.ts'

const numbered = (name: string, count = 20): string[] =>
  Array.from({ length: count }, (_, at) => `${name} ${at}`)

test('users before and after a reload hear each other, once and in order, and nothing is lost', async () => {
  using folder = temporaryFolder()
  const database = { file: folder.file('im.db') }
  {
    await using gateway = await startReloadable({ database })
    await gateway.crowd(600)
    const [ann, page] = [await gateway.raw('ann'), await gateway.raw('bob')]
    await send(ann, 'bob', 'before')
    await gateway.reload()
    expect(gateway.status().connections).toBe(0)
    const phone = await gateway.raw('bob', 2)

    const each = async (from: typeof ann, to: string, texts: readonly string[]): Promise<void> => {
      for (const text of texts) await send(from, to, text)
    }
    await Promise.all([each(ann, 'bob', numbered('ann')), each(phone, 'ann', numbered('bob'))])
    const all = await history(phone, 'ann')
    expect(all.filter(text => !text.startsWith('bob'))).toEqual(['before', ...numbered('ann')])
    expect(all.filter(text => !text.startsWith('ann'))).toEqual(['before', ...numbered('bob')])
    expect([await history(ann, 'bob'), await history(page, 'ann')]).toEqual([all, all])
    expect(heard(ann)).toEqual(numbered('bob'))
    expect(heard(phone)).toEqual(numbered('ann'))
    expect(heard(page)).toEqual(all)

    await phone.ask('PinConversation', ['si_ann_bob', true])
    await ann.ask('SetConversationDraft', ['si_ann_bob', 'from before'])
    await phone.ask('SetConversationDraft', ['si_ann_bob', 'from after'])
    await page.ask('MarkConversationMessageAsRead', ['si_ann_bob'])
    expect([ann.socket.readyState, page.socket.readyState]).toEqual([1, 1])
    await gateway.drain()
    expect([await ann.closed, await page.closed]).toEqual([1001, 1001])

    await send(phone, 'ann', 'after')
    const back = await gateway.raw('ann')
    await back.until('the sync', frames => frames.some(({ event }) => event === 'OnSyncServerFinish'))
    expect(heard(back)).toEqual(['after'])
  }
  await using again = await startReloadable({ database })
  const [ann, bob] = [await again.raw('ann'), await again.raw('bob')]
  expect((await history(ann, 'bob')).length).toBe(42)
  expect(await conversations(ann)).toMatchObject([{ isPinned: false, draftText: 'from before' }])
  expect(await conversations(bob)).toMatchObject([
    { isPinned: true, draftText: 'from after', unreadCount: 0 }
  ])
}, 30_000)

test('a 3.5.2 is closed by a reload, comes back, and has everything once', async () => {
  await using gateway = await startReloadable()
  await gateway.crowd(60)
  const ann = await gateway.client('ann')
  await gateway.reload()
  const bob = await gateway.client('bob')
  await say(bob, { userID: 'ann' }, 'while she is on the old one')
  await hears(ann, 'while she is on the old one')
  await say(ann, { userID: 'bob' }, 'an answer')
  await hears(bob, 'an answer')
  await gateway.drain()
  await ann.settled('is closed', () => ann.sockets.open === 0)
  await say(bob, { userID: 'ann' }, 'while she is away')
  await ann.clock.advance(5_000)
  await hears(ann, 'while she is away')
  await say(bob, { userID: 'ann' }, 'when she is back')
  await hears(ann, 'when she is back')
  const told = ['while she is on the old one', 'while she is away', 'when she is back']
  expect(heardBy(ann).map(({ text }) => text)).toEqual(told)
  const texts = (await historyOf(ann, { userID: 'bob' })).map(({ text }) => text)
  expect(texts).toEqual([told[0], 'an answer', told[1], told[2]])
  expect(ann.sockets).toEqual({ opened: 2, open: 1 })
})

test('who comes back before his old connection has ended hears again of what may not have reached that one', async () => {
  await using gateway = await startReloadable()
  await gateway.crowd(60)
  const [old, ann] = [await gateway.raw('bob'), await gateway.raw('ann')]
  await gateway.reload()
  await send(ann, 'bob', 'has it arrived?')
  const again = await gateway.raw('bob')
  await again.until('the sync', frames => frames.some(({ event }) => event === 'OnSyncServerFinish'))
  expect(heard(again)).toEqual(['has it arrived?'])
  await send(ann, 'bob', 'to both')
  await Promise.all([old, again].map(one => one.until('to both', () => heard(one).includes('to both'))))
  expect([heard(old), heard(again)]).toEqual([
    ['has it arrived?', 'to both'],
    ['has it arrived?', 'to both']
  ])
})

test('two reloads in a row: three gateways share the chat until the first two have ended', async () => {
  await using gateway = await startReloadable()
  await gateway.crowd(60)
  const ann = await gateway.raw('ann')
  await gateway.reload()
  await gateway.crowd(60)
  const bob = await gateway.raw('bob')
  await gateway.reload()
  const cat = await gateway.raw('cat')
  for (const from of [ann, bob, cat])
    for (const to of [ann, bob, cat])
      if (from !== to) await send(from, to.userID, `${from.userID}-${to.userID}`)
  expect([heard(ann), heard(bob), heard(cat)]).toEqual([
    ['bob-ann', 'cat-ann'],
    ['ann-bob', 'cat-bob'],
    ['ann-cat', 'bob-cat']
  ])
  await gateway.drain()
  expect([await ann.closed, await bob.closed]).toEqual([1001, 1001])
  await send(cat, 'ann', 'later')
  expect(await history(cat, 'ann')).toEqual(['ann-cat', 'cat-ann', 'later'])
})

test('a chat that is switched off and on again while it is drained is the same one', async () => {
  await using gateway = await startReloadable()
  await gateway.crowd(60)
  const ann = await gateway.raw('ann')
  gateway.settings.im = { enabled: false }
  await gateway.reload()
  gateway.settings.im = {}
  await gateway.reload()
  expect(await talkAcross(gateway, ann)).toEqual(['from before', 'from after'])
})

test('a reload that is refused changes nothing of the chat; one that is not, its settings', async () => {
  await using gateway = await startReloadable()
  const [ann, bob] = [await gateway.raw('ann'), await gateway.raw('bob')]
  gateway.settings.im = { onlyFriends: true }
  gateway.settings.broken = true
  await expect(gateway.reload()).rejects.toThrow('it is broken')
  await send(ann, 'bob', 'still here')
  await bob.until('it', () => heard(bob).includes('still here'))
  expect(gateway.status()).toMatchObject({ connections: 2, users: 2 })

  gateway.settings.broken = false
  await gateway.crowd(60)
  const cat = await gateway.raw('cat')
  await gateway.reload()
  await send(cat, 'ann', 'nobody uses the new one yet')
  const dan = await gateway.raw('dan')
  await expect(send(dan, 'ann', 'no friend')).rejects.toThrow('1303')
  await expect(send(cat, 'ann', 'no friend')).rejects.toThrow('1303')
})

test('over other connections to the database the next chat begins when the one before has ended', async () => {
  using folder = temporaryFolder()
  const file = folder.file('im.db')
  await using gateway = await startReloadable({ database: { file } })
  const next = { database: { file, busyTimeoutMs: 4_000 } }
  expect(await talkInTurn(gateway, next)).toEqual(['before it ends', 'after'])
})

test('a login after a reload ends the older connection that is still on the one before, for good', async () => {
  await using gateway = await startReloadable({ im: { policy: 'kick-same-terminal' } })
  await gateway.crowd(60)
  const token = await gateway.rest.login('bob', 5)
  const [old, phone] = [await gateway.raw('bob', 5, token), await gateway.raw('bob', 2)]
  await gateway.reload()
  const again = await gateway.raw('bob', 5)
  await old.until('the kick', frames => frames.some(({ event }) => event === 'OnKickedOffline'))
  expect([phone, again].map(({ frames }) => frames.some(({ event }) => event === 'OnKickedOffline'))).toEqual(
    [false, false]
  )
  await gateway.drain()
  await expect(gateway.raw('bob', 5, token)).rejects.toThrow('1506')
})

test('a forced logout after a reload ends what is still on the one before', async () => {
  await using gateway = await startReloadable()
  await gateway.crowd(60)
  const [page, phone, ann] = [
    await gateway.raw('bob', 5),
    await gateway.raw('bob', 2),
    await gateway.raw('ann')
  ]
  await gateway.reload()
  await gateway.raw('bob', 8)
  expect(await gateway.rest.post('logout', { userID: 'bob' })).toMatchObject({ ended: 3 })
  for (const one of [page, phone])
    await one.until('the kick', frames => frames.some(({ event }) => event === 'OnKickedOffline'))
  expect(ann.frames.some(({ event }) => event === 'OnKickedOffline')).toBe(false)
})
