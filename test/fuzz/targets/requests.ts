import { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { isWebUrl, checkedTarget } from '../../../src/plugins/click-stats/target.ts'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import { pickLocale } from '../../../src/plugins/api-error/locale.ts'
import { byQuality } from '../../../src/plugins/api-error/quality.ts'
import { definePlugin } from '../../../src/core/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { attempt, holds, jsonIn, keepsSecret, secret, type Target } from '../target.ts'

const accept: Target = {
  name: 'accept',
  words: [
    'zh-CN',
    'en',
    '*',
    ';q=0',
    ';q=1',
    ';q=0.5',
    ';q=',
    ',',
    ';',
    'q=NaN',
    'q=1e-1',
    'application/problem+json'
  ],
  prepare: () => input => {
    const header = input.toString('latin1')
    const ranges = byQuality(header)
    holds(
      ranges.every(({ q }) => q >= 0 && q <= 1),
      'a weight is out of bounds'
    )
    holds(
      ranges.every(({ q }, index) => index === 0 || (ranges[index - 1]?.q ?? 0) >= q),
      'they are in no order'
    )
    holds(ranges.length === header.split(',').length, 'one is lost')
    for (const fallback of ['zh-CN', 'en'] as const) {
      const locale = pickLocale(header, fallback)
      holds(locale === 'zh-CN' || locale === 'en', 'a language that nobody speaks')
      const only = /^\s*(zh|en)(?:-[a-z]+)?\s*$/i.exec(header)?.[1]?.toLowerCase()
      holds(only === undefined || locale.startsWith(only), 'another language than the only one')
    }
  }
}

const clickTarget: Target = {
  name: 'click-target',
  words: [
    '"url":"http://a:b@c/"',
    '"url":"javascript:1"',
    '"pic":"//a"',
    '"pic":"/\\\\a"',
    '"end":1',
    '"audience":"!guest"'
  ],
  prepare: () => input => {
    const given = jsonIn(input.toString('utf8'))
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return
    const outcome = attempt(
      () => checkedTarget(given as Parameters<typeof checkedTarget>[0], ['banner']),
      ApiError
    )
    if ('refused' in outcome)
      return keepsSecret([outcome.refused.message, (outcome.refused as ApiError).context])
    const { url, pic, start, end, title } = outcome.value
    holds(url === '' || isWebUrl(url), 'it leads to what is no page')
    holds(!/^(?:javascript|data|\/\/|\/\\)/i.test(pic), 'its picture is somebody else’s')
    holds(end > start && title.trim() !== '', 'it is never there, or has no title')
  }
}

/** Answers a connection that exists in memory alone. */
async function answersTo(app: FastifyInstance, sent: Buffer): Promise<string> {
  const chunks: Buffer[] = []
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk))
      done()
    }
  })
  // What `net.Socket` has and a stream has not.
  Object.assign(socket, {
    setTimeout: () => socket,
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
    remoteAddress: '203.0.113.9',
    remotePort: 4
  })
  socket.on('error', () => undefined)
  app.server.emit('connection', socket)
  socket.push(sent)
  await quiet(() => chunks.length)
  // Node forgets what it is answering when the other side is done.
  if (!socket.destroyed) socket.push(null)
  await quiet(() => chunks.length)
  socket.destroy()
  return Buffer.concat(chunks).toString('latin1')
}

/** Resolves when a count has stayed the same for some turns of the event loop. */
async function quiet(count: () => number): Promise<void> {
  let last = -1
  for (let same = 0; same < 12; same++) {
    if (count() !== last) same = 0
    last = count()
    await new Promise(resolve => setImmediate(resolve))
  }
}

const echo = definePlugin({
  name: 'echo',
  description: 'Something to ask.',
  setup(app) {
    const querystring = Type.Object({ n: Type.Optional(Type.Integer()) })
    app.get(
      '/things/:id',
      { config: { access: 'public' }, schema: { querystring } },
      request => request.params
    )
    app.post(
      '/things',
      { config: { access: 'public' }, schema: { body: Type.Object({ a: Type.Integer() }) } },
      () => 'ok'
    )
  }
})

/** A request of which nothing is missing, whatever follows it. */
const complete = /^GET \/[\w/?=]* HTTP\/1\.1\r\nHost: a\r\n(?:A[\w-]*: [\w ,.*/;=-]*\r\n)*\r\n/

const http: Target = {
  name: 'http-message',
  words: [
    'GET ',
    'POST ',
    ' HTTP/1.1',
    ' HTTP/1.0',
    '\r\n\r\n',
    'Host: a\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    '0\r\n\r\n',
    'Expect: 100-continue\r\n',
    'Connection: close\r\n',
    'Upgrade: websocket\r\n',
    'Accept-Language: en\r\n',
    'Content-Type: application/json\r\n',
    '?n=x',
    '%ff'
  ],
  cost: 8,
  async prepare() {
    const app = await testPlugin(echo, { with: [[apiError, {}]] })
    return async input => {
      const answers = await answersTo(app, input)
      holds(answers !== '' || !complete.test(input.toString('latin1')), 'a request gets no answer')
      if (
        !input
          .toString('latin1')
          .split('\r\n\r\n')
          .some(part => part.split('\r\n')[0]?.includes(secret))
      )
        keepsSecret(answers)
      let rest = answers
      while (rest !== '') {
        const [head = ''] = rest.split('\r\n\r\n', 1)
        const lines = head.split('\r\n')
        const status = /^HTTP\/1\.1 ([1-5]\d\d) [\w -]+$/.exec(lines[0] ?? '')?.[1]
        holds(status !== undefined, 'an answer does not begin as one')
        holds(
          !status.startsWith('5') || status === '503' || status === '505' || status === '501',
          `it fails by itself: ${status}`
        )
        holds(
          lines.slice(1).every(line => /^[A-Za-z-]+: [^\r\n\0]*$/.test(line)),
          'a header is none'
        )
        const isBodyless =
          status.startsWith('1') ||
          status === '204' ||
          status === '304' ||
          /^HEAD /m.test(input.toString('latin1'))
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? NaN)
        const body = rest.slice(head.length + 4)
        if (isBodyless) return
        holds(length <= body.length, 'a body ends early, or has no length')
        if (status.startsWith('4')) holds(jsonIn(body.slice(0, length)) !== undefined, 'a refusal is no JSON')
        holds(!/node_modules|\.ts:\d/.test(body.slice(0, length)), 'an answer shows the program')
        rest = body.slice(length)
      }
    }
  }
}

export const requests: readonly Target[] = [accept, clickTarget, http]
