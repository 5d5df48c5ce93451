import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { messageKey, openMessage } from '../../../src/wechat/message-crypt.ts'
import { isSignature, signatureOf } from '../../../src/wechat/signature.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { collisions, plainVectors } from '../../wechat/vectors.ts'
import {
  aesKey,
  appId,
  callbackApp,
  scanXml,
  sealedPush,
  textXml,
  token,
  type CallbackApp
} from './callback-app.ts'

const illegal = [400, '非法请求!']
const outcome = ({ statusCode, body }: { statusCode: number; body: string }): unknown[] => [statusCode, body]
const success = [200, 'success']

/** Lets the time pass that an answer takes. */
async function inTime<T>({ clock }: CallbackApp, answer: Promise<T>): Promise<T> {
  const done = answer.then(() => true)
  // eslint-disable-next-line no-await-in-loop
  while (!(await Promise.race([done, turn(false)]))) await clock.advance(100)
  return answer
}

describe('the same push again', () => {
  test('with its signature has the same answer and no second effect', async () => {
    let calls = 0
    await using callback = await callbackApp({ scanned: async () => ({ reply: `call ${++calls}` }) })
    const { query, body } = sealedPush(scanXml(), { timestamp: '1767225600', nonce: '1' })
    const [first, second] = [await callback.post(query, body), await callback.post(query, body)]
    expect(second.body).toBe(first.body)
    expect([second.statusCode, calls]).toEqual([200, 1])
  })

  test.each(['plain', 'secure'] as const)('signed anew has no second effect in mode %s', async mode => {
    await using callback = await callbackApp({ account: { mode } })
    await callback[mode](scanXml())
    await callback.clock.advance(15_000)
    expect(outcome(await callback[mode](scanXml()))).toEqual(success)
    expect(callback.scans).toHaveLength(1)
  })

  test('while the first is at work waits for its answer', async () => {
    const { promise, resolve } = deferred<{ reply?: string }>()
    let calls = 0
    await using callback = await callbackApp({ scanned: () => (calls++, promise) })
    const both = [callback.secure(scanXml()), callback.secure(scanXml())]
    resolve({ reply: 'once' })
    const [first, second] = await Promise.all(both)
    expect([calls, second?.body]).toEqual([1, first?.body])
  })

  test('on another node while the first is at work waits for its answer, or is acknowledged in time', async () => {
    const { promise, resolve } = deferred<{ reply?: string }>()
    const started = deferred<void>()
    await using one = await callbackApp({ scanned: () => (started.resolve(), promise) })
    await using two = await callbackApp({ state: one.state, clock: one.clock })
    const first = one.secure(scanXml())
    await started.promise
    expect(outcome(await inTime(two, two.secure(scanXml())))).toEqual(success)
    const second = two.secure(scanXml())
    resolve({ reply: 'once' })
    expect((await inTime(two, second)).body).toContain('<Encrypt>')
    expect(outcome(await first)).toEqual(success)
    expect(two.scans).toEqual([])
  })

  test('after a failure has its effect', async () => {
    let calls = 0
    const scanned = async (): Promise<{ reply?: string }> => {
      if (++calls <= 3) throw new Error('no luck')
      return {}
    }
    await using callback = await callbackApp({ scanned })
    expect(outcome(await inTime(callback, callback.secure(scanXml())))).toEqual(success)
    expect(outcome(await callback.secure(scanXml()))).toEqual(success)
    expect(calls).toBe(4)
  })

  test('is known by the id of a message, to its last digit', async () => {
    await using callback = await callbackApp()
    const heard: string[] = []
    callback.messages.add(({ fields }) => void heard.push(fields['MsgId'] ?? ''))
    const json = (id: string): string =>
      `{"ToUserName":"gh_1","FromUserName":"oUser","CreateTime":1767225600,"MsgType":"text","MsgId":${id}}`
    for (const id of ['6054768590064713728', '6054768590064713729', '6054768590064713728'])
      // eslint-disable-next-line no-await-in-loop
      await callback.secure(json(id))
    expect(heard).toEqual(['6054768590064713728', '6054768590064713729'])
  })

  test.each([
    ['name', { Event: 'subscribe', EventKey: 'qrscene_1' }, { Event: 'SCAN', EventKey: 'qrscene_1' }],
    ['key', { EventKey: '1' }, { EventKey: '2' }],
    ['user', { FromUserName: 'o1' }, { FromUserName: 'o2' }],
    ['time', { CreateTime: '1767225600' }, { CreateTime: '1767225601' }]
  ])('is not one that differs in its %s', async (_what, one, other) => {
    await using callback = await callbackApp()
    await callback.secure(scanXml(one))
    await callback.secure(scanXml(other))
    expect(callback.scans).toHaveLength(2)
  })
})

describe('a signature that has been used, in plain mode', () => {
  test('authenticates no other body', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    const stamp = { timestamp: '1767225600', nonce: '1' }
    await callback.plain(scanXml(), stamp)
    expect(outcome(await callback.plain(scanXml({ FromUserName: 'oAttacker' }), stamp))).toEqual(illegal)
    expect(outcome(await callback.plain(scanXml(), stamp))).toEqual(success)
    expect(callback.scans).toMatchObject([{ openid: 'oUser' }])
  })

  test('does not with its digits moved between time and nonce', async () => {
    const known = plainVectors.find(({ id }) => id === 'V2')
    const { timestamp = '', nonce = '', signature = '' } = known ?? {}
    await using callback = await callbackApp({ account: { mode: 'plain', token: 'AAAAA' }, freshnessS: 0 })
    expect(outcome(await callback.post({ timestamp, nonce, signature }, scanXml()))).toEqual(success)
    const attack = scanXml({ FromUserName: 'oAttacker' })
    for (const shifted of collisions) {
      const query = { timestamp: shifted.timestamp, nonce: shifted.nonce, signature }
      // eslint-disable-next-line no-await-in-loop
      expect(outcome(await callback.post(query, attack))).toEqual(illegal)
    }
    expect(callback.scans).toMatchObject([{ openid: 'oUser' }])
  })

  test('does not with time and nonce exchanged', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    const [timestamp, nonce] = ['1767225600', '1767225601']
    await callback.plain(scanXml(), { timestamp, nonce })
    const attack = callback.plain(scanXml({ FromUserName: 'oAttacker' }), {
      timestamp: nonce,
      nonce: timestamp
    })
    expect(outcome(await attack)).toEqual(illegal)
    expect(callback.scans).toHaveLength(1)
  })

  test('is refused for as long as its time is accepted', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    const stamp = { timestamp: String(1_767_225_600 + 300), nonce: '1' }
    await callback.plain(scanXml(), stamp)
    await callback.clock.advance(599_000)
    expect(outcome(await callback.plain(scanXml({ EventKey: '2' }), stamp))).toEqual(illegal)
    await callback.clock.advance(2_000)
    expect(outcome(await callback.plain(scanXml({ EventKey: '2' }), stamp))).toEqual(illegal)
    expect(callback.scans).toHaveLength(1)
  })
})

describe('a text for the chat', () => {
  test('is written as XML, with the time in seconds', async () => {
    await using callback = await callbackApp({
      account: { mode: 'plain' },
      scanned: async () => ({ reply: ']]>' })
    })
    const response = await callback.plain(scanXml())
    expect(response.headers['content-type']).toBe('application/xml; charset=utf-8')
    expect(response.body).toBe(
      '<xml><ToUserName><![CDATA[oUser]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>' +
        '<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType>' +
        '<Content><![CDATA[]]]]><![CDATA[>]]></Content></xml>'
    )
  })

  test('is encrypted and signed where pushes are encrypted', async () => {
    await using callback = await callbackApp({ scanned: async () => ({ reply: '你好' }) })
    const { body } = await callback.secure(scanXml())
    const part = (name: string): string =>
      new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]+)`).exec(body)?.[1] ?? ''
    const [encrypt, time, nonce] = ['Encrypt', 'TimeStamp', 'Nonce'].map(part) as [string, string, string]
    expect(time).toBe('1767225600')
    expect(isSignature(part('MsgSignature'), token, time, nonce, encrypt)).toBe(true)
    expect(openMessage(messageKey(aesKey), encrypt, appId).toString()).toContain('<![CDATA[你好]]>')
  })

  test('is JSON where the push was', async () => {
    await using callback = await callbackApp({ scanned: async () => ({ reply: '你好' }) })
    const push = {
      ToUserName: 'gh_1',
      FromUserName: 'oUser',
      CreateTime: 1_767_225_600,
      MsgType: 'event',
      Event: 'scan',
      EventKey: '1'
    }
    const response = await callback.secure(JSON.stringify(push))
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    const answer = response.json<{
      Encrypt: string
      MsgSignature: string
      TimeStamp: number
      Nonce: string
    }>()
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = answer
    expect(signatureOf(token, String(TimeStamp), Nonce, Encrypt)).toBe(MsgSignature)
    expect(JSON.parse(openMessage(messageKey(aesKey), Encrypt, appId).toString())).toMatchObject({
      ToUserName: 'oUser',
      Content: '你好'
    })
  })

  test.each(['\0', 'a'.repeat(2_049)])('that no chat can show is not sent', async reply => {
    await using callback = await callbackApp({ scanned: async () => ({ reply }) })
    expect(outcome(await callback.secure(scanXml()))).toEqual(success)
    expect(callback.log.join('')).toContain('cannot be shown')
  })
})

describe('an authentic push is answered by success', () => {
  test.each(['plain', 'secure'] as const)(
    'when the state is away, in mode %s, and has no effect',
    async mode => {
      const state = new MemoryState({ maxKeys: 1, clock: fakeClock(), log: console as never })
      await state.set('full', '1')
      await using callback = await callbackApp({ account: { mode }, state })
      expect(outcome(await inTime(callback, callback[mode](scanXml())))).toEqual(success)
      expect(callback.scans).toEqual([])
      expect(callback.log.join('')).toContain('had no effect')
    }
  )

  test('when the login throws over it', async () => {
    await using callback = await callbackApp({
      scanned: () => Promise.reject(new Error('no luck')),
      answered: () => Promise.reject(new Error('no luck'))
    })
    callback.messages.add(() => 'still here')
    expect(outcome(await inTime(callback, callback.secure(scanXml())))).toEqual(success)
    expect((await callback.secure(textXml('hi'))).body).toContain('<Encrypt>')
  })

  test.each(['plain', 'secure'] as const)(
    'after a state that was away for a moment, in mode %s',
    async mode => {
      await using callback = await callbackApp({ account: { mode } })
      const claiming = vi
        .spyOn(callback.state, 'compareAndSet')
        .mockRejectedValueOnce(new Error('no connection'))
      expect(outcome(await inTime(callback, callback[mode](scanXml())))).toEqual(success)
      expect(claiming.mock.calls.length).toBeGreaterThan(1)
      expect(callback.scans).toHaveLength(1)
    }
  )

  test('when the work takes more than three seconds, and the work goes on', async () => {
    const { promise, resolve } = deferred<{ reply?: string }>()
    const started = deferred<void>()
    let done = false
    const scanned = async (): Promise<{ reply?: string }> => {
      started.resolve()
      return promise.finally(() => (done = true))
    }
    await using callback = await callbackApp({ scanned })
    const answer = callback.secure(scanXml())
    await started.promise
    await callback.clock.advance(3_000)
    expect(outcome(await answer)).toEqual(success)
    expect(done).toBe(false)
    resolve({ reply: 'late' })
    await callback.clock.advance(0)
    expect(done).toBe(true)
    expect((await callback.secure(scanXml())).body).toContain('<Encrypt>')
  })
})

describe('what is no scan of ours', () => {
  test.each([
    ['a plain follow', { Event: 'subscribe', EventKey: '' }],
    ['a follow after a payment', { Event: 'subscribe', EventKey: 'last_trade_no_4200001' }],
    ['a payment that looks like a scan', { EventKey: 'last_trade_no_4200001' }],
    ['a scan of a product', { EventKey: 'scanbarcode|1|2' }],
    ['a scan of a picture', { Event: 'subscribe', EventKey: 'scanimage|1|2' }],
    ['somebody who leaves', { Event: 'unsubscribe', EventKey: 'qrscene_1' }],
    ['a click', { Event: 'CLICK', EventKey: 'qrscene_1' }],
    ['a prefix that is not at the start', { Event: 'subscribe', EventKey: 'a_qrscene_1' }],
    ['a scan without a scene', { EventKey: '' }],
    ['a follower with an empty scene', { Event: 'subscribe', EventKey: 'qrscene_' }],
    ['a scene of 65 characters', { EventKey: 'a'.repeat(65) }]
  ])('%s reaches the listeners alone', async (_kind, fields: { Event?: string; EventKey: string }) => {
    await using callback = await callbackApp()
    const heard: unknown[] = []
    callback.messages.add(({ event, type }) => void heard.push([type, event]))
    expect(outcome(await callback.secure(scanXml(fields)))).toEqual(success)
    expect(heard).toEqual([['event', (fields.Event ?? 'SCAN').toLowerCase()]])
    expect(callback.scans).toEqual([])
  })

  test('a scan keeps a prefix that only new followers’ events have', async () => {
    await using callback = await callbackApp()
    await callback.secure(scanXml({ Event: 'ScAn', EventKey: 'qrscene_1' }))
    await callback.secure(scanXml({ Event: 'SUBSCRIBE', EventKey: 'qrscene_qrscene_1' }))
    expect(callback.scans.map(({ scene, event }) => [scene, event])).toEqual([
      ['qrscene_1', 'SCAN'],
      ['qrscene_1', 'subscribe']
    ])
  })

  test('a scan of another program’s code reaches the listeners when the login does not know it', async () => {
    await using callback = await callbackApp({ scanned: async () => undefined })
    const heard: string[] = []
    callback.messages.add(({ fields }) => void heard.push(fields['EventKey'] ?? ''))
    await callback.secure(scanXml({ EventKey: '42' }))
    expect(heard).toEqual(['42'])
  })

  test('a listener hears all texts of a message, and no nested ones', async () => {
    await using callback = await callbackApp()
    const heard: unknown[] = []
    callback.messages.add(message => void heard.push({ ...message, fields: { ...message.fields } }))
    const xml = textXml('<!DOCTYPE html> &amp; 0012').replace(
      '</xml>',
      '<SendPicsInfo><Count>1</Count><PicList><item>1</item><item>2</item></PicList></SendPicsInfo></xml>'
    )
    await callback.secure(xml)
    expect(heard).toEqual([
      {
        account: 'default',
        openid: 'oUser',
        type: 'text',
        fields: {
          ToUserName: 'gh_1',
          FromUserName: 'oUser',
          CreateTime: '1767225600',
          MsgType: 'text',
          Content: '<!DOCTYPE html> &amp; 0012',
          MsgId: '6054768590064713728'
        }
      }
    ])
  })

  test('the first listener with a text is heard, whatever the others do', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    callback.messages.add(() => {
      throw new Error('broken')
    })
    callback.messages.add(() => new Promise(() => undefined))
    callback.messages.add(async () => '')
    callback.messages.add(() => 'hello')
    expect((await callback.plain(textXml('hi'))).body).toContain('<Content><![CDATA[hello]]></Content>')
    expect(callback.log.join('')).toContain('a listener failed')
  })

  test('an answer to the login’s own question reaches nobody else', async () => {
    await using callback = await callbackApp({
      account: { mode: 'plain' },
      answered: async () => ({ reply: 'ok' })
    })
    callback.messages.add(() => 'not for you')
    expect((await callback.plain(textXml('1'))).body).toContain('<![CDATA[ok]]>')
  })
})

describe('forwardUrl', () => {
  interface Forwarded {
    readonly url: string | undefined
    readonly type: string | undefined
    readonly body: string
  }
  async function upstream(answer: string, status = 200) {
    const seen: Forwarded[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { url, headers } = request
        seen.push({ url, type: headers['content-type'], body: Buffer.concat(chunks).toString() })
        if (answer === 'silence') return
        response.writeHead(status).end(answer)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const close = (): Promise<void> =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
    return { seen, url: `http://127.0.0.1:${port}/hook?key=1`, [Symbol.asyncDispose]: close }
  }

  test('gets a message as it was signed, and its reply is passed back', async () => {
    const reply = '<xml><Encrypt>AAAA</Encrypt></xml>'
    await using other = await upstream(reply)
    await using callback = await callbackApp({ forwardUrl: other.url })
    const { query, body } = sealedPush(textXml('hi'), { timestamp: '1767225600', nonce: '1' })
    const response = await callback.post(query, body, 'text/xml; charset=utf-8')
    expect(outcome(response)).toEqual([200, reply])
    expect(response.headers['content-type']).toBe('application/xml; charset=utf-8')
    expect(other.seen).toEqual([
      { url: `/hook?key=1&${String(new URLSearchParams(query))}`, type: 'text/xml; charset=utf-8', body }
    ])
  })

  test('gets no scan of ours, and no message twice', async () => {
    await using other = await upstream('success')
    await using callback = await callbackApp({ forwardUrl: other.url })
    await callback.secure(scanXml())
    await callback.secure(textXml('hi'))
    await callback.secure(textXml('hi'))
    expect(other.seen).toHaveLength(1)
  })

  test('is not heard when a listener has answered', async () => {
    await using other = await upstream('<xml>other</xml>')
    await using callback = await callbackApp({ account: { mode: 'plain' }, forwardUrl: other.url })
    callback.messages.add(() => 'ours')
    expect((await callback.plain(textXml('hi'))).body).toContain('ours')
  })

  test.each([
    ['success', 200],
    ['', 200],
    ['a text', 200],
    ['<html>broken</html>', 500],
    [`<${'a'.repeat(40_000)}`, 200]
  ])('has nothing to say with %.20j and status %i', async (answer, status) => {
    await using other = await upstream(answer, status)
    await using callback = await callbackApp({ forwardUrl: other.url })
    expect(outcome(await callback.secure(textXml('hi')))).toEqual(success)
  })

  test('is given up when it does not answer, and its URL is not logged', async () => {
    await using other = await upstream('silence')
    await using callback = await callbackApp({ forwardUrl: other.url })
    const answer = callback.secure(textXml('hi'))
    while (other.seen.length === 0) await new Promise(resolve => setImmediate(resolve))
    await callback.clock.advance(2_500)
    expect(outcome(await answer)).toEqual(success)
    const warnings = callback.log.filter(line => line.includes('forwardUrl')).join('')
    expect(warnings).toContain('in time')
    expect(warnings).not.toContain('127.0.0.1')
  })

  test('may be away', async () => {
    const gone = await upstream('')
    await gone[Symbol.asyncDispose]()
    await using callback = await callbackApp({ forwardUrl: gone.url })
    expect(outcome(await callback.secure(textXml('hi')))).toEqual(success)
  })
})

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(fulfil => (resolve = fulfil))
  return { promise, resolve }
}
