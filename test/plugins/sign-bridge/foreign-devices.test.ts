import { createHmac } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import type { WebSocket, WebSocketServer } from 'ws'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { end, serve } from './listener.ts'
import { guardSecret } from './rig.ts'
import { legacyKey, openHex, sealHex } from './sealed.ts'

// Devices as others write them: they know one method, and each has its own idea of the rest.

interface Asked {
  readonly id: number
  readonly text: string
  /** A full reply, with whatever should be different about it. */
  readonly reply: (changes?: object) => string
  readonly bare: () => string
  readonly socket: WebSocket
}

const signatureOf = (text: string): string => createHmac('sha256', 'card').update(text).digest('base64')
const handshake = '{"_id":0,"_method":"open","_status":"00","_args":{}}'
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function device(
  answer: (asked: Asked) => void,
  greet: string | undefined = handshake
): Promise<WebSocketServer & { url: string }> {
  const server = await serve()
  server.on('connection', socket => {
    if (greet !== undefined) socket.send(greet)
    socket.on('message', (data: Buffer) => {
      const { _id: id, _method: method, args } = JSON.parse(data.toString()) as SentFrame
      if (method !== 'cus-sec_SpcSignDataAsPEM') return
      const body = { Result: true, Data: [signatureOf(args.inData), '01691fe9'], Error: [] }
      const reply = (changes = {}): string =>
        JSON.stringify({ _id: id, _method: method, _status: '00', _args: body, ...changes })
      answer({ id, text: args.inData, reply, bare: () => JSON.stringify(body), socket })
    })
  })
  closing.push(() => end(server))
  return server
}

interface SentFrame {
  readonly _id: number
  readonly _method: string
  readonly args: { readonly inData: string }
}

async function gatewayFor(urls: readonly string[], config: object = {}): Promise<TestGateway<SignBridge>> {
  const gateway = await testPlugin(signBridge, {
    config: {
      devices: [...urls],
      guardSecret,
      timeoutMs: 10_000,
      handshakeTimeoutMs: 30,
      reconnectMinMs: 1,
      reconnectMaxMs: 5,
      ...config
    },
    with: [[apiError], [state], [cryptoEnvelope, { legacyKey }], [database, { file: ':memory:' }]] as never
  })
  closing.unshift(() => gateway.close())
  return gateway
}

/** The HTTP status, or `signed` if the answer is that to its own question. */
async function ask(gateway: TestGateway<SignBridge>, text: string): Promise<string | number> {
  const payload = sealHex(JSON.stringify({ str: text, pwdstr: '88888888' }))
  const response = await gateway.inject({ method: 'POST', url: '/getCode', payload })
  if (response.statusCode !== 200) return response.statusCode
  const { data } = response.json<{ data: string }>()
  const { sign, certNo } = JSON.parse(openHex(data)) as { sign: string; certNo: string }
  return sign === signatureOf(text) && certNo === '01691fe9' ? 'signed' : `wrong answer to ${text}`
}
const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`)
const askAll = (gateway: TestGateway<SignBridge>): Promise<(string | number)[]> =>
  Promise.all(texts.map(text => ask(gateway, text)))
const allSigned = texts.map(() => 'signed')

test.each<[string, string | undefined, (asked: Asked) => void]>([
  ['knows one method', handshake, ({ socket, reply }) => socket.send(reply())],
  ['sends no opening frame', undefined, ({ socket, reply }) => socket.send(reply())],
  ['answers without ids', handshake, ({ socket, bare }) => socket.send(bare())],
  ['neither opens nor has ids', undefined, ({ socket, bare }) => socket.send(bare())],
  ['sends ids back as text', handshake, ({ socket, reply, id }) => socket.send(reply({ _id: String(id) }))],
  ['leaves out the method', handshake, ({ socket, reply }) => socket.send(reply({ _method: undefined }))],
  ['leaves out the status', handshake, ({ socket, reply }) => socket.send(reply({ _status: undefined }))],
  ['answers twice', handshake, ({ socket, reply }) => [1, 2].forEach(() => socket.send(reply()))],
  ['answers twice without ids', handshake, ({ socket, bare }) => [1, 2].forEach(() => socket.send(bare()))],
  [
    'answers in both forms',
    handshake,
    ({ socket, reply, bare }) => [reply(), bare()].forEach(one => socket.send(one))
  ],
  [
    'answers in both forms, the other way round',
    handshake,
    ({ socket, reply, bare }) => [bare(), reply()].forEach(one => socket.send(one))
  ],
  [
    'sends replies of others before its own',
    handshake,
    ({ socket, reply, id }) => {
      const stolen = { Result: true, Data: ['stolen', 'stolen'], Error: [] }
      for (const foreign of [id + 1, id - 1, 0, -id, `${id} `, `0${id}`, [id], null, true])
        socket.send(reply({ _id: foreign, _args: stolen }))
      socket.send(reply())
    }
  ],
  [
    'opens again with every reply',
    handshake,
    ({ socket, reply }) => [handshake, reply()].forEach(one => socket.send(one))
  ],
  [
    'closes after each reply',
    handshake,
    ({ socket, reply }) => {
      socket.send(reply())
      socket.close()
    }
  ]
])(
  'a device that %s signs every text, and each answer is that to its own question',
  async (_, greet, answer) => {
    const { url } = await device(answer, greet)
    expect(await askAll(await gatewayFor([url]))).toEqual(allSigned)
  }
)

test('a device that answers every second request too late gives no answer to the wrong question', async () => {
  let late: (() => void) | undefined
  const { url } = await device(({ socket, reply }) => {
    const answer = (): void => socket.send(reply())
    if (late) {
      // The bridge asks again only once it has given up the one before.
      late()
      answer()
      late = undefined
    } else late = answer
  })
  const answers = await askAll(await gatewayFor([url], { timeoutMs: 300, deadlineMs: 20_000 }))
  expect(answers.filter(answer => answer === 'signed')).toHaveLength(6)
  expect(answers.filter(answer => answer === 504)).toHaveLength(6)
})

test('a device that never answers costs each request 504, and the other device goes on', async () => {
  const mute = await device(() => {})
  expect(await ask(await gatewayFor([mute.url], { timeoutMs: 20 }), 'hello')).toBe(504)
  const { url } = await device(({ socket, reply }) => socket.send(reply()))
  const answers = await askAll(await gatewayFor([mute.url, url], { timeoutMs: 1_000 }))
  expect(answers.filter(answer => answer === 'signed').length).toBeGreaterThanOrEqual(11)
})

test('a device that hangs up on every request gets each of them once', async () => {
  const seen: string[] = []
  const { url } = await device(({ socket, text }) => {
    seen.push(text)
    socket.terminate()
  })
  expect(await askAll(await gatewayFor([url]))).toEqual(texts.map(() => 502))
  expect(seen.toSorted()).toEqual(texts.toSorted())
})

test('a peer that is no control at all never sees a PIN', async () => {
  for (const greet of [
    'hello',
    '{"_id":1,"_method":"login","_status":"00"}',
    '{"_method":"open","_status":"99"}'
  ]) {
    const seen: string[] = []
    const { url } = await device(({ text }) => void seen.push(text), greet)
    expect(await ask(await gatewayFor([url], { connectWaitMs: 50 }), 'hello')).toBe(503)
    expect(seen).toEqual([])
  }
})
