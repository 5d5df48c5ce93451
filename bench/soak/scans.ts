import { setTimeout as sleep } from 'node:timers/promises'
import { readStream, type EventStream } from './event-stream.ts'
import { pace, type Field, type Load } from './load.ts'
import { scanWith } from './phone.ts'

const patienceMs = 6_000
const comeBackMs = 100

/** A page with a QR code: it stays until it has been given a code, and comes back when its stream ends. */
class Page {
  readonly #url: string
  readonly #cookie: string
  readonly code: Promise<string>
  #give: (code: string) => void = () => undefined
  #stream: EventStream | undefined
  #isGone = false

  constructor(url: string, cookie: string) {
    this.#url = `${url}/v1/scan/stream`
    this.#cookie = cookie
    this.code = new Promise(resolve => (this.#give = resolve))
  }

  /** Resolves when it has left, or may not come back. */
  async stay(): Promise<void> {
    while (!this.#isGone) {
      this.#stream = readStream(this.#url, { cookie: this.#cookie }, ({ event, data }) => {
        if (event === 'confirmed') this.#give(String(data['code']))
      })
      if ((await this.#stream.status) === 204) return
      await this.#stream.ended
      await sleep(comeBackMs)
    }
  }

  /** Its stream is cut. */
  vanish(): void {
    this.#stream?.leave()
  }

  leave(): void {
    this.#isGone = true
    this.#stream?.leave()
  }
}

/** Pages that wait, people who scan, and back ends that redeem the code which the page gets. */
export const scans: Load = async field => {
  const { url, fakes, ask, ledger, random, rate } = field
  const pages = new Set<Page>()
  let redeemed = 0

  const logIn = async (number: number): Promise<void> => {
    const began = ledger.now()
    const begun = await ask.noted('scan', { method: 'POST', path: '/v1/scan', body: {} })
    if (begun.status !== 201) return
    const scene = String(begun.json['id']).split('.')[1] ?? ''
    const page = new Page(url, (begun.cookies[0] ?? '').split(';')[0] ?? '')
    pages.add(page)
    const staying = page.stay()
    await sleep(100 + random() * 400)
    const openid = `o${String(number).padStart(27, '0')}`
    const isTaken = await scanWith(ask, fakes.wechat.account, scene, openid)
    const code = await Promise.race([page.code, sleep(patienceMs).then(() => undefined)])
    page.leave()
    pages.delete(page)
    await staying
    if (code !== undefined) {
      if (await redeem(field, code, openid)) redeemed++
    } else ledger.failed('scan', isTaken ? 'no page was told of a scan' : 'push refused', began, scene)
  }

  return {
    stop: pace(rate * 1.5, logIn),
    vanish: () => {
      for (const page of pages) if (random() < 0.5) page.vanish()
    },
    check: () => [{ name: 'logins by scan', unit: '', value: redeemed, limit: { atLeast: 1 } }]
  }
}

/** Redeems a code as a back end does, and tries the same once more. Returns whether it stood for the right person. */
async function redeem({ ask, project }: Field, code: string, openid: string): Promise<boolean> {
  const question = {
    method: 'POST',
    path: '/v1/scan/exchange',
    headers: { authorization: `Bearer ${project.clientSecret}` },
    body: { code }
  }
  const { status, json } = await ask.noted('scan', question, answer => {
    return answer.status === 200 && (answer.json['openid'] === openid || 'somebody else was logged in')
  })
  await ask.noted('scan', question, answer => {
    if (answer.status === 200 && status === 200) return 'code redeemed twice'
    return answer.json['code'] === 'scan.bad_code' || status !== 200
  })
  return status === 200 && json['openid'] === openid
}
