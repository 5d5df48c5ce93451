import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { PageConfirmation } from '../../../src/plugins/wechat-scan/confirm-page.ts'
import { textsIn } from '../../../src/plugins/wechat-scan/confirm-texts.ts'
import { ScenesSink } from '../../../src/plugins/wechat-scan/scene-sink.ts'
import { asker, loginNode, scanOf, ttlMs } from './login-rig.ts'

async function build(siteName = 'Shop') {
  const node = loginNode()
  const texts = textsIn('en')
  const publicUrl = 'https://login.example'
  const page = new PageConfirmation({ ...node, texts, language: 'en', siteName, publicUrl })
  const sink = new ScenesSink({ ...node, texts, siteName, chat: undefined, confirmation: page })
  const app = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  page.addRoutes(app)
  const { login } = await node.logins.begin(asker())
  const question = (await sink.scanned(scanOf(login.handle.scene)))?.reply ?? ''
  const path = /https:\/\/login\.example(\/v1\/scan\/confirm\/[\w-]+)"/.exec(question)?.[1] ?? ''
  const stateNow = async () => (await node.logins.look(login.hash))?.scene.state
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = (answer: string) =>
    app.inject({ method: 'POST', url: `${path}/${answer}`, headers: form, payload: '' })
  return { ...node, app, texts, path, post, stateNow, question }
}

test('the link in the chat leads to a page that asks, and changes nothing by being looked at', async () => {
  const { app, path, stateNow } = await build()
  const page = await app.inject(path)
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('Shop')
  expect(page.body).toContain('Firefox, Linux')
  expect(page.body).toMatch(/<form method="post" action="[\w-]{43}\/yes">/)
  expect((await app.inject(path)).statusCode).toBe(200)
  expect(await stateNow()).toBe('scanned')
})

test('its form confirms once', async () => {
  const { post, stateNow, texts } = await build()
  const answer = await post('yes')
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('You are signed in to Shop')
  expect(await stateNow()).toBe('confirmed')
  const again = await post('no')
  expect(again.statusCode).toBe(410)
  expect(again.body).toContain(texts.over)
  expect(await stateNow()).toBe('confirmed')
})

test('its other form cancels', async () => {
  const { post, stateNow } = await build()
  expect((await post('no')).body).toContain('cancelled')
  expect(await stateNow()).toBe('cancelled')
})

test('it is over when the scene is, and nobody can make a page up', async () => {
  const { app, path, clock, post } = await build()
  expect((await app.inject(`/v1/scan/confirm/${'A'.repeat(43)}`)).statusCode).toBe(410)
  expect((await app.inject('/v1/scan/confirm/x')).statusCode).toBe(400)
  expect((await post('maybe')).statusCode).toBe(400)
  await clock.advance(ttlMs)
  expect((await app.inject(path)).statusCode).toBe(410)
  expect((await post('yes')).statusCode).toBe(410)
})

test('nothing runs in the page, and no other page may hold it', async () => {
  const { app, path } = await build()
  const { headers, body } = await app.inject(path)
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-inline')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(body).not.toMatch(/<script|style="| on\w+=/)
})

test('what a browser calls itself cannot become markup', async () => {
  const { app, path } = await build(`A&B's`)
  const { body } = await app.inject(path)
  expect(body).toContain('A&#38;B&#39;s')
})
