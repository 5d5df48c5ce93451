import { createCardKey } from '../../src/plugins/sign-simulator/card-key.ts'
import { startSignSimulator, type SimulatedDevice } from '../../src/plugins/sign-simulator/device.ts'
import type { FaultSource, RequestFault } from '../../src/plugins/sign-simulator/faults.ts'
import { mulberry32 } from '../../src/plugins/sign-simulator/random.ts'
import { serveParent } from '../child.ts'
import { numberOf } from './text.ts'

/** What the process of the simulated devices is started with. */
export interface DeviceOptions {
  readonly devices: number
  /** How long a card takes for a signature, from the question `begin` on; no time before. */
  readonly delayMs: number
  /** Share of the requests that a fault strikes, from the question `strike` on. */
  readonly faultRate: number
}

/** One signature as its device saw it. The times are comparable within this process only. */
export interface Span {
  readonly device: number
  readonly number: number
  readonly arrivedMs: number
  readonly repliedMs: number
}

/** What the devices saw since they were last asked. */
export interface Seen {
  readonly spans: readonly Span[]
  /** Texts that arrived more than once since the start. */
  readonly sentTwice: number
}

export interface DevicesReady {
  readonly urls: readonly string[]
  readonly certificate: string
}

// Faults that a bridge recovers from by itself: none that makes an operator look.
const faults: readonly RequestFault[] = [
  { do: 'delay', ms: 20 },
  { do: 'late', ms: 20 },
  { do: 'late', ms: 400 },
  { do: 'ignore' },
  { do: 'drop', when: 'unread' },
  { do: 'drop', when: 'before-reply' },
  { do: 'drop', when: 'after-reply' },
  { do: 'close', code: 1001, when: 'after-reply' },
  { do: 'duplicate' },
  { do: 'drip', parts: 4, everyMs: 2 },
  { do: 'foreign-id', place: 'before' },
  { do: 'garbage' },
  { do: 'not-an-object', place: 'after' },
  { do: 'data', as: 'empty' },
  { do: 'data', as: 'three-elements' }
]
const remembered = 200_000

const { devices: count, delayMs, faultRate } = JSON.parse(process.argv[2] ?? '') as DeviceOptions
const key = await createCardKey()
const random = mulberry32(1)
const texts = new Set<number>()
let spans: Span[] = []
let sentTwice = 0
let striking = false
let begun = false

const devices = await Promise.all(Array.from({ length: count }, (_, index) => startDevice(index)))
const ready: DevicesReady = {
  urls: devices.map(({ url }) => url),
  certificate: key.certificate.toString('base64')
}
serveParent(ready, {
  begin: () => (begun = true),
  strike: () => (striking = true),
  seen: (): Seen => {
    const seen = { spans, sentTwice }
    spans = []
    return seen
  }
})

/** A request is noted when it is read, its reply right before it is written. */
async function startDevice(index: number): Promise<SimulatedDevice> {
  let arrivedMs = 0
  const script: FaultSource = {
    request: () => {
      arrivedMs = performance.now()
      const text = device.control.record.frames.at(-1)?.request?.args['inData']
      if (typeof text === 'string') noteText(numberOf(text))
      const fault =
        striking && random() < faultRate ? faults[Math.floor(random() * faults.length)] : undefined
      const work: RequestFault = { do: 'delay', ms: begun ? delayMs : 0 }
      return fault ? [work, fault] : [work]
    }
  }
  const sign = (data: string): string => {
    const signature = key.sign(data)
    spans.push({ device: index, number: numberOf(data), arrivedMs, repliedMs: performance.now() })
    return signature
  }
  const device = await startSignSimulator({ key: { ...key, sign }, script, recordLimit: 1 })
  return device
}

function noteText(number: number): void {
  if (texts.has(number)) sentTwice++
  texts.add(number)
  if (texts.size <= remembered) return
  for (const oldest of texts) {
    texts.delete(oldest)
    return
  }
}
