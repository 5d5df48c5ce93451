import { setTimeout as sleep } from 'node:timers/promises'
import { percentile, type Figure } from '../figures.ts'
import { Page, post } from './page.ts'
import { clientSecret, inParallel, startRig, type Rig } from './rig.ts'
import type { Burst, Pushed, Scan } from './wechat.ts'

export interface WaitingOptions {
  readonly pages: number
  readonly perSecond: number
  readonly seconds: number
}

/** What becomes of a page, by its number: of twenty one scans late, one is away, two are told twice. */
type Fate = 'late' | 'away' | 'twice' | 'plain'
const fateOf = (number: number): Fate => (['late', 'away', 'twice', 'twice'] as const)[number % 20] ?? 'plain'

interface Visitor {
  readonly openid: string
  readonly fate: Fate
  readonly page: Page
  /** The codes that its streams brought. */
  readonly codes: string[]
  /** When the first one came. */
  heardAt: number
  sentAt: number
  /** Whom the first of its codes stood for. */
  redeemed: string | undefined
  /** A code of it was redeemed twice. */
  twice: boolean
}

const stepMs = 20
const awayMs = 200

/** Pages that wait, people who scan, and what can go wrong between them. */
export async function waiting({ pages, perSecond, seconds }: WaitingOptions): Promise<Figure[]> {
  await using rig = await startRig()
  const emptyBytes = await rig.gateway.ask<number>('rssBytes')
  const visitors = Array.from({ length: pages }, (_, number) => visitorOf(rig, number))
  await inParallel(visitors, 48, async ({ page }) => {
    await page.begin()
    await page.listen()
  })
  const rssBytes = await rig.gateway.ask<number>('rssBytes')
  const scanning = visitors.slice(0, Math.min(pages, perSecond * seconds))
  const health: number[] = []
  const before = await rig.gateway.ask<number>('cpuMicros')
  const refused = await scanAll(rig, scanning, perSecond, health)
  const expected = scanning.filter(({ fate }) => fate !== 'late')
  for (
    let waited = 0;
    waited < 10_000 && expected.some(({ redeemed }) => redeemed === undefined);
    waited += 100
  ) {
    // eslint-disable-next-line no-await-in-loop
    await sleep(100)
  }
  const cpuMicros = (await rig.gateway.ask<number>('cpuMicros')) - before
  for (const { page } of visitors) page.leave()

  const there = scanning.filter(({ fate, heardAt }) => (fate === 'plain' || fate === 'twice') && heardAt > 0)
  const latencies = there.map(({ heardAt, sentAt }) => heardAt - sentAt)
  const codes = visitors.flatMap(({ codes: own }) => own)
  const stranger = ({ fate, openid, redeemed }: Visitor): boolean =>
    redeemed !== undefined && (fate === 'late' || redeemed !== openid)
  const mistakes = {
    'scans lost': expected.filter(({ redeemed }) => redeemed === undefined).length,
    'scans misdelivered': visitors.filter(stranger).length,
    'pages told without a scan': visitors.slice(scanning.length).filter(({ codes: own }) => own.length > 0)
      .length,
    'codes given twice': codes.length - new Set(codes).size,
    'codes redeemed twice': visitors.filter(({ twice }) => twice).length,
    'pushes refused': refused
  }
  const noise = { value: percentile(health, 0.99), atMost: 25 }
  return [
    { name: 'pages that wait', unit: '', value: pages },
    { name: 'scans', unit: '', value: scanning.length },
    { name: 'callback to browser, p50', unit: 'ms', value: percentile(latencies, 0.5) },
    {
      name: 'callback to browser, p99',
      unit: 'ms',
      value: percentile(latencies, 0.99),
      limit: { atMost: 50 },
      noise
    },
    { name: 'CPU time of a login, all of it', unit: 'µs', value: cpuMicros / scanning.length },
    { name: 'memory of a page that waits', unit: 'kB', value: (rssBytes - emptyBytes) / pages / 1_000 },
    ...Object.entries(mistakes).map(([name, value]) => ({ name, unit: '', value, limit: { atMost: 0 } }))
  ]
}

function visitorOf(rig: Rig, number: number): Visitor {
  const page = new Page(rig.url, number, (event, { code }, at) => {
    if (event !== 'confirmed') return
    visitor.heardAt ||= at
    visitor.codes.push(String(code))
    void redeem(rig, visitor, String(code))
  })
  const visitor: Visitor = {
    openid: `o${String(number).padStart(27, '0')}`,
    fate: fateOf(number),
    page,
    codes: [],
    heardAt: 0,
    sentAt: 0,
    redeemed: undefined,
    twice: false
  }
  return visitor
}

/** Redeems a code as a backend does, and tries the same once more. */
async function redeem({ url }: Rig, visitor: Visitor, code: string): Promise<void> {
  const headers = { authorization: `Bearer ${clientSecret}` }
  const exchange = () => post(`${url}/v1/scan/exchange`, { code }, headers)
  const { response, body } = await exchange()
  if (response.statusCode === 200) visitor.redeemed = String(body['openid'])
  if ((await exchange()).response.statusCode === 200) visitor.twice = true
}

/** Has people scan at a constant rate, whether anything comes of it or not. Returns how many pushes were refused. */
async function scanAll(
  rig: Rig,
  visitors: readonly Visitor[],
  perSecond: number,
  health: number[]
): Promise<number> {
  const pushes: Promise<number>[] = []
  const perStep = (perSecond * stepMs) / 1_000
  const began = performance.now()
  for (let step = 0; step * perStep < visitors.length; step++) {
    // eslint-disable-next-line no-await-in-loop
    await sleep(began + step * stepMs - performance.now())
    const some = visitors.slice(Math.round(step * perStep), Math.round((step + 1) * perStep))
    pushes.push(scanSome(rig, some))
    if (step % 5 === 0) void probe(rig.url, health)
  }
  return (await Promise.all(pushes)).reduce((sum, count) => sum + count, 0)
}

async function scanSome({ url, wechat }: Rig, visitors: readonly Visitor[]): Promise<number> {
  const byScene = new Map<string, Visitor>()
  const scans = await Promise.all(
    visitors.map(async (visitor): Promise<Scan> => {
      const { page, fate, openid } = visitor
      const scene = fate === 'late' ? await page.refresh() : page.scene
      if (fate === 'away') page.leave()
      byScene.set(scene, visitor)
      return { scene, openid, copies: fate === 'twice' ? 2 : 1 }
    })
  )
  const burst: Burst = { callback: `${url}/wechat_event`, scans }
  const pushed = (await post(wechat.ready.control, burst)).body as unknown as Pushed[]
  for (const { scene, sentAt } of pushed) {
    const visitor = byScene.get(scene)
    if (visitor) visitor.sentAt = sentAt
  }
  await sleep(awayMs)
  await Promise.all(visitors.filter(({ fate }) => fate === 'away').map(({ page }) => page.listen()))
  return pushed.filter(({ ok }) => !ok).length
}

/** What anything costs on this machine at this time: a request that does nothing. */
async function probe(url: string, health: number[]): Promise<void> {
  const began = performance.now()
  await (await fetch(`${url}/healthz`)).text()
  health.push(performance.now() - began)
}
