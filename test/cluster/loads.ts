import { setImmediate as turn } from 'node:timers/promises'
import { pin } from '../plugins/sign-bridge/rig.ts'
import { faultsOf, Wanderer, type Published } from '../plugins/sse-hub/wanderer.ts'
import { Browser, type OpenStream } from '../plugins/wechat-scan/scan-rig.ts'
import { ask, json, type Retries } from './ask.ts'
import type { Cluster } from './cluster.ts'
import { startAskers, type Askers } from './askers.ts'
import { startChats, type Chats } from './chats.ts'
import { asShop, secrets, user } from './site.ts'

/** What clients of a cluster do until they are stopped, and what they were told. */
export interface Loads {
  /** The signatures that arrived, by their texts. */
  readonly signatures: ReadonlyMap<string, string>
  /** Texts whose request was cut off with its node, and under whose key there is no answer yet. */
  readonly cutOff: ReadonlySet<string>
  /** Scans that WeChat was told have arrived. */
  readonly scans: readonly Scan[]
  /** What the gateway said that it has published, and what readers miss of it or got out of turn. */
  readonly published: readonly Published[]
  missed(): string[]
  readonly chats: Chats
  readonly askers: Askers
  /** How many requests were answered as they should be, of those that read and log in. */
  readonly answered: number
  /** What should never be. */
  readonly failures: readonly string[]
  /** Requests whose node was gone before they were answered, and pushes that WeChat had to send again. */
  readonly interrupted: readonly string[]
  /** What clients have asked again, as the contract has it. */
  readonly retries: Retries
  /** Resolves once each kind has had so many more answers than now. */
  more(count: number): Promise<void>
  /** Ends all of it, but for the readers. */
  rest(): Promise<void>
  /** Ends all of it. */
  stop(): Promise<void>
}

/** A login by scan, as its page and its backend saw it. */
export interface Scan {
  readonly openid: string
  /** Codes that the page got. */
  readonly codes: readonly string[]
  /** Who the code stands for, each time that it was redeemed. */
  readonly redeemed: readonly string[]
  /** The answer to a redemption was cut off with its node. */
  readonly unclear: boolean
}

const topics = ['news', 'weather']

/** Starts signers, phones with their pages, publishers with their readers, people who talk and ask, and users. */
export async function startLoads({ url, wechat }: Pick<Cluster, 'url' | 'wechat'>): Promise<Loads> {
  const end = new AbortController()
  const signatures = new Map<string, string>()
  const cutOff = new Set<string>()
  const scans: Scan[] = []
  const published: Published[] = []
  const failures: string[] = []
  const interrupted: string[] = []
  const retries: Retries = new Map()
  const progress = new EventTarget()
  let answered = 0
  const went = (): boolean => progress.dispatchEvent(new Event('progress'))

  /** What came of a request, or `undefined` when it was cut off with its node. */
  async function outcome(
    path: string,
    request: RequestInit | (() => Promise<Response>)
  ): Promise<Response | undefined> {
    try {
      const asked = typeof request === 'function' ? request() : ask(`${url}${path}`, request, retries)
      const response = await asked
      // A gateway's own 502 is JSON.
      if (response.status !== 502 || response.headers.get('content-type')?.includes('json')) return response
    } catch {
      // Cut off in the middle of its answer.
    }
    interrupted.push(path)
    return undefined
  }

  async function unexpected(path: string, response: Response): Promise<void> {
    failures.push(`${response.status} ${path}: ${await response.text()}`)
  }

  async function sign(): Promise<void> {
    const key = crypto.randomUUID()
    const data = `text ${key}`
    const init = json({ data, pin }, { ...asShop, 'idempotency-key': key })
    // The second time any other node has the answer.
    for (let answers = 0; answers < 2;) {
      const response = await outcome('/v1/sign', init)
      if (!response) cutOff.add(data)
      else if (response.ok) {
        const { sign: made } = (await response.json()) as { sign: string }
        if ((signatures.get(data) ?? made) !== made) failures.push(`two signatures of ${data}`)
        signatures.set(data, made)
        cutOff.delete(data)
        answers++
      } else if (response.status === 409 && cutOff.has(data)) return
      else return unexpected('/v1/sign', response)
    }
  }

  async function login(): Promise<void> {
    const browser = new Browser(url)
    const begun = await outcome('/v1/scan', () => browser.fetch('/v1/scan', { json: {} }))
    if (begun?.status !== 201) return begun && unexpected('/v1/scan', begun)
    const { url: qrCode } = (await begun.json()) as { url: string }
    const left = new AbortController()
    const page = waitAt(browser, left.signal)
    const { openid } = wechat.people.make()
    const { result, problems } = await wechat.phone.scan({ url: qrCode }, openid)
    interrupted.push(...problems.map(problem => `/wechat_event: ${problem}`))
    if (result !== 'answered') return left.abort()
    const codes = await page
    const scan = { openid, codes, redeemed: [] as string[], unclear: false }
    const redeem = json({ code: codes[0] }, { authorization: `Bearer ${secrets.client}` })
    for (let answers = 0; answers < 2;) {
      const response = await outcome('/v1/scan/exchange', redeem)
      if (!response) scan.unclear = true
      else {
        answers++
        if (response.ok) scan.redeemed.push(((await response.json()) as { openid: string }).openid)
      }
    }
    scans.push(scan)
  }

  async function publish(topic: string): Promise<void> {
    const data = crypto.randomUUID()
    const response = await outcome(`/news/${topic}`, json({ data }))
    if (response?.ok) published.push({ topic, data, ...((await response.json()) as { id: string }) })
    else if (response) await unexpected('/news', response)
  }

  let token = ''
  async function visit(): Promise<void> {
    const credentials = json({ cardnum: user.username, password: user.password, platform: 'web' })
    const loggedIn = await outcome('/auth', credentials)
    if (!loggedIn?.ok) return loggedIn && unexpected('/auth', loggedIn)
    token = ((await loggedIn.json()) as { result: string }).result
    for (const path of ['/api/me', '/api/weather?city=beijing', '/healthz', '/api/me']) {
      const response = await outcome(path, { headers: { token } })
      const text = (await response?.text()) ?? ''
      const isGood = path === '/api/me' ? text.includes(user.name) : response?.status === 200
      if (isGood) answered++
      else if (response) failures.push(`${response.status} ${path}: ${text}`)
    }
  }

  const repeat = async (work: () => Promise<void>): Promise<void> => {
    while (!end.signal.aborted) {
      await work()
      went()
    }
  }
  const readers = [0, 1, 2, 3].map(() => new Wanderer([{ url }], topics, 0))
  const chats = await startChats({ url }, went)
  const askers = await startAskers({ url }, went)
  while (!readers.every(({ reader }) => reader.open)) await turn()
  const working = [
    ...Array.from({ length: 6 }, () => sign),
    ...Array.from({ length: 3 }, () => login),
    ...topics.map(topic => () => publish(topic)),
    visit,
    visit
  ].map(repeat)
  const rest = async (): Promise<void> => {
    end.abort()
    await Promise.all([...working, chats.stop(), askers.stop()])
  }
  const missed = (): string[] => readers.flatMap(({ reader }) => faultsOf(reader, published))

  return {
    signatures,
    cutOff,
    scans,
    published,
    get answered() {
      return answered
    },
    missed,
    chats,
    askers,
    failures,
    interrupted,
    retries,
    async more(count) {
      const figures = (): number[] => {
        const { said } = chats
        return [signatures.size, scans.length, published.length, answered, said, askers.counts.done]
      }
      const before = figures()
      const isEnough = (): boolean => figures().every((figure, at) => figure >= (before[at] ?? 0) + count)
      await new Promise<void>(resolve => {
        const look = (): void => {
          if (!isEnough()) return
          progress.removeEventListener('progress', look)
          resolve()
        }
        progress.addEventListener('progress', look)
        look()
      })
    },
    rest,
    async stop() {
      await rest()
      for (const reader of readers) {
        reader.isOver = true
        reader.reader.leave()
      }
      await Promise.all(readers.map(({ life }) => life))
    }
  }
}

/** Waits at the page of a login, which comes back whenever its stream ends, until it has a code or is left. */
async function waitAt(browser: Browser, left: AbortSignal): Promise<string[]> {
  const codes: string[] = []
  let last = ''
  let stream: OpenStream | undefined
  left.addEventListener('abort', () => stream?.leave(), { once: true })
  while (codes.length === 0 && !left.aborted) {
    const headers = { ...(last && { 'last-event-id': last }) }
    stream = await browser.open('/v1/scan/stream', { headers }).catch(() => undefined)
    if (stream?.status === 204) throw new Error('the page was told not to come back')
    if (stream?.status !== 200) {
      await turn()
      continue
    }
    await Promise.race([stream.next('confirmed'), stream.ended])
    last = stream.heard.findLast(({ id }) => id !== undefined)?.id ?? last
    const confirmed = stream.heard.filter(({ event }) => event === 'confirmed')
    codes.push(...confirmed.map(({ data }) => String(data['code'])))
    stream.leave()
  }
  return codes
}
