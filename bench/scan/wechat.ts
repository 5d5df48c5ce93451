import Fastify from 'fastify'
import { Agent, request } from 'node:http'
import { pushRequest, type PushRequest } from '../../src/plugins/wechat-simulator/push-request.ts'
import { startWechatSimulator } from '../../src/plugins/wechat-simulator/simulator.ts'
import { serveParent } from '../child.ts'

/** What the process of WeChat says when it is ready. */
export interface WechatReady {
  readonly apiBase: string
  readonly account: Readonly<Record<'appId' | 'appSecret' | 'token' | 'encodingAesKey' | 'mode', string>>
  /** Takes a {@link Burst} and answers with {@link Pushed} for each of its scans. */
  readonly control: string
}

/** Somebody scans. */
export interface Scan {
  readonly scene: string
  readonly openid: string
  /** How often the same push is sent, at once. */
  readonly copies: number
}

export interface Burst {
  /** Where the pushes go. */
  readonly callback: string
  readonly scans: readonly Scan[]
  /** Pushes that are under way at the same time. Default: all. */
  readonly parallel?: number
}

export interface Pushed {
  readonly scene: string
  /** Milliseconds since the Unix epoch, with fractions: when the first copy left. */
  readonly sentAt: number
  readonly ok: boolean
}

const simulator = await startWechatSimulator()
const { appId, appSecret, token, encodingAesKey, mode, originalId } = simulator.account
const agent = new Agent({ keepAlive: true })
const now = (): number => performance.timeOrigin + performance.now()

const app = Fastify({ bodyLimit: 64 * 1024 * 1024 })
app.post<{ Body: Burst }>('/', async ({ body: { callback, scans, parallel = Infinity } }) => {
  // Written and encrypted before the first one leaves.
  const pushes = scans.map(scan => ({ scan, push: write(scan) }))
  const answers: Pushed[] = []
  const take = async (): Promise<void> => {
    for (let next = pushes.shift(); next; next = pushes.shift()) {
      const { scan, push } = next
      const sentAt = now()
      // eslint-disable-next-line no-await-in-loop
      const oks = await Promise.all(Array.from({ length: scan.copies }, () => send(callback, push)))
      answers.push({ scene: scan.scene, sentAt, ok: oks.every(Boolean) })
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, scans.length) }, take))
  return answers
})
const control = await app.listen({ host: '127.0.0.1', port: 0 })
const account = { appId, appSecret, token, encodingAesKey, mode }
serveParent({ apiBase: simulator.apiBase, account, control } satisfies WechatReady, {})

function write({ scene, openid }: Scan): PushRequest {
  const CreateTime = Math.floor(Date.now() / 1_000)
  const fields = {
    ToUserName: originalId,
    FromUserName: openid,
    CreateTime,
    MsgType: 'event',
    Event: 'SCAN',
    EventKey: scene
  }
  return pushRequest(fields, simulator.account, 'xml', Date.now())
}

function send(callback: string, { query, contentType, body }: PushRequest): Promise<boolean> {
  return new Promise(resolve => {
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
    const sending = request(`${callback}?${query}`, { method: 'POST', agent, headers }, response => {
      response.resume().once('end', () => resolve(response.statusCode === 200))
    })
    sending.once('error', () => resolve(false)).end(body)
  })
}
