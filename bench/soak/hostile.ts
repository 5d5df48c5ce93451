import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { seal } from './envelope.ts'
import { pace, type Field, type Load } from './load.ts'
import { envelopeKid } from './settings.ts'
import { seal as sealLegacy } from '../sign/clients.ts'
import type { Question } from './ask.ts'

const json = { 'content-type': 'application/json' }

/** What strangers send, and the statuses that are the right answer to it. */
function attacks({ project }: Field): readonly (readonly [Question, readonly number[]])[] {
  const caller = { ...json, authorization: `Bearer ${project.callerToken}` }
  const foreign = seal({ data: 'once', pin: '1' }, '/v1/other', envelopeKid, project.envelopeKey)
  const post = (path: string, body: string | object, headers: Record<string, string> = json): Question => {
    return { method: 'POST', path, headers, body }
  }
  return [
    [post('/v1/scan', '{"account":'), [400]],
    [post('/sum', '['.repeat(5_000)), [400]],
    [post('/sum', `{"a":"${'1'.repeat(1_100_000)}"}`), [413]],
    [post('/auth', { cardnum: '213170001', password: 'x'.repeat(5_000) }), [413]],
    [post('/auth', { cardnum: { $ne: '' }, password: '__proto__' }), [400]],
    [post('/auth', { cardnum: '213170001', password: 'wrong' }), [401]],
    [post('/getCode', 'neither hex nor anything else', {}), [400]],
    [post('/getCode', sealLegacy('text', 'another key here'), {}), [400]],
    [post('/v1/sign', { data: 'in clear', pin: '1' }), [401]],
    [post('/v1/sign', { data: 'in clear', pin: '1' }, caller), [400]],
    [post('/v1/sign', foreign.body, caller), [400]],
    [post('/v1/token', { username: 'writer', password: 'wrong' }), [401]],
    [post('/v1/token/refresh', { refreshToken: 'a.b.c' }), [400, 401]],
    [post('/board/alpha', { n: 1, text: 'x' }), [401]],
    [post('/board/alpha', { n: 1, text: 'x' }, { ...json, authorization: 'Bearer a.b.c' }), [401]],
    [
      post('/wechat_event?signature=x&timestamp=1&nonce=2', '<xml/>', { 'content-type': 'text/xml' }),
      [400, 401, 403]
    ],
    [post('/v1/scan/exchange', { code: 'guessed' }, { ...json, authorization: 'Bearer guessed' }), [401]],
    [post('/v1/im/users', { userID: 'x' }, { ...json, authorization: 'Bearer guessed' }), [401, 403]],
    [post('/v1/customs179/sign', '{"sessionID":1', caller), [400]],
    [{ path: '/v1/events?topics=alpha', headers: { authorization: 'Bearer a.b.c' } }, [401, 403]],
    [{ path: '/v1/scan/stream' }, [401, 204]],
    [{ path: '/im' }, [400, 426]],
    [{ path: '/%2e%2e/%2e%2e/etc/passwd' }, [400, 404]],
    [{ path: '/card', headers: { token: 'f'.repeat(64) } }, [401]],
    [{ path: '/hello', method: 'DELETE' }, [404, 405]],
    [{ path: `/sum?${'a[b]=1&'.repeat(1_500)}` }, [400]],
    [{ path: '/hello', headers: { 'x-forwarded-for': 'nobody, , 999.1' } }, [200]]
  ]
}

/** Requests that are no good, sockets that say nothing or garbage, and WebSockets that break their rules. */
export const hostile: Load = async field => {
  const { ask, url, ledger, random, rate } = field
  const { hostname, port } = new URL(url)
  const list = attacks(field)

  const attack = async (number: number): Promise<void> => {
    const found = list[number % list.length]
    if (!found) return
    const [question, statuses] = found
    await ask.noted('hostile', question, ({ status }) => statuses.includes(status))
  }

  /** The gateway hangs up, or is hung up on. */
  const babble = (): Promise<void> =>
    new Promise(resolve => {
      const socket = connect(Number(port), hostname)
      const timer = setTimeout(() => socket.destroy(), 1_000 + random() * 2_000)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearTimeout(timer)
          ledger.did('hostile')
          resolve()
        })
      socket.write(
        random() < 0.5 ? 'GET /hello HTTP/1.1\r\nhost: x\r\nx-half: ' : '\u0016\u0003\u0001 no HTTP\r\n\r\n'
      )
      socket.resume()
    })

  /** Opens the chat's WebSocket without a good token, or sends what is no request. */
  const intrude = (): Promise<void> =>
    new Promise(resolve => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/im?sendID=thief&token=none&platformID=5`)
      const timer = setTimeout(() => socket.terminate(), 2_000)
      socket.on('open', () => {
        for (const frame of ['{', '[]', '{"reqFuncName":"__proto__"}', '\u0000']) socket.send(frame)
      })
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearTimeout(timer)
          ledger.did('hostile')
          resolve()
        })
    })

  const stops = [pace(rate * 4, attack), pace(rate * 0.5, babble), pace(rate * 0.5, intrude)]
  return {
    async stop() {
      await Promise.all(stops.map(stop => stop()))
    }
  }
}
