import { expect, test } from 'vitest'
import { ChatConfirmation } from '../../../src/plugins/wechat-scan/confirm-reply.ts'
import { textsIn } from '../../../src/plugins/wechat-scan/confirm-texts.ts'
import { ScenesSink } from '../../../src/plugins/wechat-scan/scene-sink.ts'
import type { AccountMessage } from '../../../src/plugins/wechat-scan/service.ts'
import { asker, loginNode, scanOf, ttlMs } from './login-rig.ts'

function build(language: 'zh-CN' | 'en' = 'zh-CN') {
  const node = loginNode()
  const texts = textsIn(language)
  const chat = new ChatConfirmation({ ...node, texts, siteName: '商城' })
  const sink = new ScenesSink({ ...node, texts, siteName: '商城', chat, confirmation: chat })
  return { ...node, texts, sink }
}

const said = (content: string, openid = 'alice'): AccountMessage => ({
  account: 'default',
  openid,
  type: 'text',
  fields: { Content: content }
})

async function asked(node = build()) {
  const { login } = await node.logins.begin(asker())
  const question = (await node.sink.scanned(scanOf(login.handle.scene)))?.reply ?? ''
  const [yes = '', no = ''] = [...question.matchAll(/msgmenucontent=([^&]+)&/g)].map(match => match[1] ?? '')
  const stateNow = async (): Promise<string | undefined> => (await node.logins.look(login.hash))?.scene.state
  return { node, login, question, yes, no, stateNow }
}

test('the question names site, browser and time, and has a link for either answer', async () => {
  const { question, yes, no, stateNow } = await asked()
  expect(question).toContain('商城')
  expect(question).toContain('Firefox, Linux')
  expect(question).toContain('08:00')
  expect(yes).toMatch(/^确认\d{4}$/)
  expect(no).toMatch(/^取消\d{4}$/)
  expect(question).toContain(`“${yes}”`)
  expect(await stateNow()).toBe('scanned')
})

test('a tap confirms, and the browser is logged in', async () => {
  const { node, yes, stateNow } = await asked()
  expect(await node.sink.answered(said(yes))).toEqual({ reply: node.texts.loggedIn('商城') })
  expect(await stateNow()).toBe('confirmed')
})

test('the other one cancels, and nothing comes of the scan any more', async () => {
  const { node, login, yes, no, stateNow } = await asked()
  expect(await node.sink.answered(said(no))).toEqual({ reply: node.texts.denied })
  expect(await stateNow()).toBe('cancelled')
  expect(await node.sink.answered(said(yes))).toEqual({ reply: node.texts.over })
  expect((await node.sink.scanned(scanOf(login.handle.scene)))?.reply).toBe(node.texts.over)
})

test('words do as well as taps, in either language', async () => {
  for (const [language, words] of [
    ['zh-CN', ['确认', ' 确认登录 ', '是']],
    ['en', ['Confirm', 'YES']]
  ] as const)
    for (const word of words) {
      // eslint-disable-next-line no-await-in-loop
      const { node, stateNow } = await asked(build(language))
      // eslint-disable-next-line no-await-in-loop
      await node.sink.answered(said(word))
      // eslint-disable-next-line no-await-in-loop
      expect({ word, state: await stateNow() }).toEqual({ word, state: 'confirmed' })
    }
})

test('an old link confirms nothing new', async () => {
  const { node, yes: old } = await asked()
  let fresh = await asked(node)
  while (fresh.yes === old) {
    // eslint-disable-next-line no-await-in-loop
    fresh = await asked(node)
  }
  expect(await node.sink.answered(said(old))).toEqual({ reply: node.texts.over })
  expect(await fresh.stateNow()).toBe('scanned')
})

test('nobody answers for another person', async () => {
  const { node, yes, stateNow } = await asked()
  await node.sink.answered(said(yes, 'mallory'))
  expect(await node.sink.answered(said('确认', 'mallory'))).toBeUndefined()
  expect(await stateNow()).toBe('scanned')
})

test('other messages, and words when nothing was asked, are left to others', async () => {
  const { node } = await asked()
  for (const content of ['你好', '确认 12', '确认一下订单', '', '1'])
    // eslint-disable-next-line no-await-in-loop
    expect(await node.sink.answered(said(content))).toBeUndefined()
  expect(await node.sink.answered({ ...said('确认'), type: 'event' })).toBeUndefined()
  expect(await build().sink.answered(said('确认'))).toBeUndefined()
})

test('whoever scanned in the last moment has a minute to answer, and not more', async () => {
  const node = build()
  const { login } = await node.logins.begin(asker())
  await node.clock.advance(ttlMs - 1)
  await node.sink.scanned(scanOf(login.handle.scene))
  await node.clock.advance(59_000)
  expect((await node.logins.look(login.hash))?.scene.state).toBe('scanned')
  await node.clock.advance(1_000)
  expect(await node.sink.answered(said('确认'))).toBeUndefined()
  expect((await node.logins.look(login.hash))?.scene.state).toBe('expired')
})
