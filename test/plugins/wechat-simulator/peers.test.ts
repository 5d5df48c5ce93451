import { getSignature, decrypt, encrypt } from '@wecom/crypto'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { startReceiver, serve, type ReceivedPush } from './receiver.ts'
import { start, type Run } from './start.ts'

const require = createRequire(import.meta.url)

/** Of co-wechat-api, which has no types of its own. */
interface ApiPeer {
  prefix: string
  mpPrefix: string
  getAccessToken(): Promise<{ accessToken: string; expireTime: number }>
  createTmpQRCode(scene: string | number, seconds: number): Promise<{ ticket: string; url: string }>
  createLimitQRCode(scene: string | number): Promise<{ ticket: string; expire_seconds?: number }>
  getUser(openid: string): Promise<{ subscribe: number; qr_scene_str: string }>
  getIp(): Promise<{ ip_list: string[] }>
  showQRCodeURL(ticket: string): string
}
const Api = require('co-wechat-api') as new (appId: string, secret: string) => ApiPeer

/** Of co-wechat, a middleware for Koa; a handler gets the fields of a push and returns the text of the reply. */
type CoWechat = (config: object) => {
  middleware(handler: (message: Record<string, string>) => Promise<string>): unknown
}
const coWechat = require('co-wechat') as CoWechat
const Koa = require('koa') as new () => { use(middleware: unknown): void; callback(): RequestListener }

/** Of wechat-crypto. */
interface WechatCrypto {
  getSignature(timestamp: string, nonce: string, encrypt: string): string
  decrypt(text: string): { message: string; id: string }
}
const Crypt = require('wechat-crypto') as new (token: string, key: string, appId: string) => WechatCrypto

const modes = ['plain', 'compat', 'secure'] as const

describe('the client co-wechat-api', () => {
  function peerOf({ simulator }: Run, changes: { appSecret?: string } = {}): ApiPeer {
    const { appId, appSecret } = { ...simulator.account, ...changes }
    const prefix = `${simulator.apiBase}/cgi-bin/`
    return Object.assign(new Api(appId, appSecret), { prefix, mpPrefix: prefix })
  }

  test('gets a token and makes codes of all four kinds, which can be scanned', async () => {
    await using run = await start()
    const peer = peerOf(run)
    expect((await peer.getAccessToken()).accessToken.length).toBeGreaterThan(100)
    const made = await Promise.all([
      peer.createTmpQRCode('text', 120),
      peer.createTmpQRCode(7, 120),
      peer.createLimitQRCode('shop'),
      peer.createLimitQRCode(8)
    ])
    const scenes = made.map(({ ticket }) => run.simulator.codes.find({ ticket })?.scene)
    expect(scenes).toEqual(['text', '7', 'shop', '8'])
    expect(await peer.getIp()).toEqual({ ip_list: ['127.0.0.1'] })
  })

  test('reads who follows', async () => {
    await using run = await start()
    const peer = peerOf(run)
    const { ticket } = await peer.createTmpQRCode('text', 120)
    await run.simulator.phone.scan({ ticket }, 'oAnn')
    expect(await peer.getUser('oAnn')).toMatchObject({ subscribe: 1, qr_scene_str: 'text' })
  })

  test('understands refusals, and gets a new token for one that WeChat has ended', async () => {
    await using run = await start()
    await expect(peerOf(run, { appSecret: 'wrong' }).getAccessToken()).rejects.toMatchObject({
      name: 'WeChatAPIError',
      code: 40125
    })
    const peer = peerOf(run)
    await expect(peer.createTmpQRCode(0, 120)).rejects.toMatchObject({ code: 40053 })
    run.simulator.tokens.revokeAll()
    expect(await peer.createTmpQRCode('text', 120)).toHaveProperty('ticket')
  })

  test('forgets to encode the ticket of an image, which is not found', async () => {
    await using run = await start()
    const peer = peerOf(run)
    const { ticket } = await peer.createTmpQRCode('text', 120)
    expect((await fetch(peer.showQRCodeURL(ticket))).status).toBe(404)
    expect((await fetch(peer.showQRCodeURL(encodeURIComponent(ticket)))).status).toBe(200)
  })
})

describe.each(modes)('the server co-wechat in %s mode', mode => {
  test('passes the check of its URL, takes every kind of push, and its replies are understood', async () => {
    await using run = await start({ account: { mode } })
    const { token, appId: appid, encodingAesKey: encodingAESKey } = run.simulator.account
    const config = mode === 'plain' ? { token } : { token, appid, encodingAESKey }
    const messages: Record<string, string>[] = []
    const app = new Koa()
    app.use(
      coWechat(config).middleware(async message => {
        messages.push(message)
        return `Heard ${message['Event'] ?? 'words'} & <so on>`
      })
    )
    await using server = await serve(app.callback())
    run.simulator.set({ callbackUrl: server.url })

    expect(await run.simulator.checkCallback()).toBe(true)
    const { ticket } = await run.api.scene('aB3_-x0012')
    const { phone } = run.simulator
    const outcomes = [
      await phone.scan({ ticket }, 'oAnn'),
      await phone.scan({ ticket }, 'oAnn'),
      await phone.say('oAnn', '你好 ]]> & <xml>'),
      await phone.unfollow('oAnn')
    ]
    expect(outcomes.map(({ result, reply }) => [result, reply])).toEqual([
      ['answered', 'Heard subscribe & <so on>'],
      ['answered', 'Heard SCAN & <so on>'],
      ['answered', 'Heard words & <so on>'],
      ['answered', 'Heard unsubscribe & <so on>']
    ])
    expect(messages).toMatchObject([
      { FromUserName: 'oAnn', EventKey: 'qrscene_aB3_-x0012', Ticket: ticket },
      { EventKey: 'aB3_-x0012', Ticket: ticket },
      { MsgType: 'text', Content: '你好 ]]> & <xml>', MsgId: expect.stringMatching(/^\d{17}$/) },
      { EventKey: '' }
    ])
  })
})

describe.each(['secure', 'compat'] as const)('pushes in %s mode', mode => {
  const formats = ['xml', 'json'] as const

  function encryptOf({ body }: ReceivedPush, format: (typeof formats)[number]): string {
    if (format === 'json') return (JSON.parse(body) as { Encrypt: string }).Encrypt
    return /<Encrypt><!\[CDATA\[(.+)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
  }

  test.each(formats)('as %s are opened by wechat-crypto and @wecom/crypto', async format => {
    await using receiver = await startReceiver()
    await using run = await start({ callbackUrl: receiver.url, format, account: { mode } })
    await run.simulator.phone.follow('oAnn')
    const [push] = receiver.pushes
    if (!push) throw new Error('nothing was pushed')
    const { token, appId, encodingAesKey } = run.simulator.account
    const [time, nonce] = [push.query.get('timestamp') ?? '', push.query.get('nonce') ?? '']
    const sealed = encryptOf(push, format)

    expect(push.query.get('encrypt_type')).toBe('aes')
    expect(push.query.get('msg_signature')).toBe(getSignature(token, time, nonce, sealed))
    const older = new Crypt(token, encodingAesKey, appId)
    expect(push.query.get('msg_signature')).toBe(older.getSignature(time, nonce, sealed))
    const opened = decrypt(encodingAesKey, sealed)
    expect(opened).toMatchObject({ id: appId, message: expect.stringContaining('subscribe') })
    expect(older.decrypt(sealed)).toMatchObject({ id: appId, message: opened.message })
    expect(push.body.includes('subscribe')).toBe(mode === 'compat')
  })

  test.each(formats)('as %s can be answered by @wecom/crypto', async format => {
    await using receiver = await startReceiver(() => answerOf(run, format))
    await using run: Run = await start({ callbackUrl: receiver.url, format, account: { mode } })
    expect(await run.simulator.phone.follow('oAnn')).toMatchObject({ result: 'answered', reply: 'Welcome' })
  })

  /** An encrypted reply that no code of ours has made. */
  function answerOf({ simulator }: Run, format: (typeof formats)[number]): string {
    const { token, appId, encodingAesKey, originalId } = simulator.account
    const fields = { ToUserName: 'oAnn', FromUserName: originalId, CreateTime: 1, MsgType: 'text' }
    const write = (all: object): string =>
      format === 'json'
        ? JSON.stringify(all)
        : `<xml>${Object.entries(all)
            .map(([name, value]) => `<${name}>${String(value)}</${name}>`)
            .join('')}</xml>`
    const Encrypt = encrypt(encodingAesKey, write({ ...fields, Content: 'Welcome' }), appId)
    const MsgSignature = getSignature(token, 1_700_000_000, 'nonce', Encrypt)
    return write({ Encrypt, MsgSignature, TimeStamp: 1_700_000_000, Nonce: 'nonce' })
  }
})
