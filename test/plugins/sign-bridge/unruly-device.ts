import type { Connect, TransportEvents } from '../../../src/plugins/sign-bridge/transport.ts'
import type { VirtualTime } from './virtual-time.ts'

export type Random = () => number

interface SentFrame {
  readonly _id: number
  readonly _method: string
  readonly args: Request['args']
}

interface Request {
  readonly id: number
  readonly method: string
  readonly args: { readonly inData?: string; readonly passwd?: string }
}

/** A signature that only `secret` and `text` give: FNV-1a, twice. Fast, and no text has that of another here. */
export function macOf(secret: string, text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (const char of `${secret}|${text}`) {
    const code = char.codePointAt(0)!
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ (code + 31), 0x85ebca6b)
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`
}

/** The PIN of every card. */
export const rightPin = 'PIN'

/** What a schedule's devices do, and what they have seen. */
export interface Faults {
  readonly rate: number
  readonly bare: boolean
  readonly texts: Set<string>
  /** What must not have happened. */
  readonly violations: string[]
}

/**
 * A device that does everything wrong now and then: late, lost, doubled, foreign, bare and broken replies, drops,
 * wrong and missing handshakes. Its signatures are always right for the text they were asked for.
 */
export class UnrulyDevice {
  readonly certNo: string
  readonly #random: Random
  readonly #time: VirtualTime
  readonly #faults: Faults
  /** The PIN that came with each text. */
  readonly pins = new Map<string, string>()
  readonly #refused = new Set<string>()
  #refusedInARow = 0
  readonly #oldReplies: string[] = []
  #connection = 0

  constructor(certNo: string, random: Random, time: VirtualTime, faults: Faults) {
    this.certNo = certNo
    this.#random = random
    this.#time = time
    this.#faults = faults
  }

  readonly connect: Connect = events => {
    let open = false
    let closed = false
    let outstanding: number | undefined
    let outstandingMethod: string | undefined
    let timer: { cancel(): void } | undefined

    const end = (reason: string | undefined): void => {
      this.#connection++
      open = false
      outstanding = undefined
      if (reason) events.closed(reason)
      timer?.cancel()
      if (!closed) timer = this.#time.after(1 + this.#random() * 30, begin)
    }
    const later = (ms: number, task: () => void): void => {
      const mine = this.#connection
      this.#time.after(ms, () => {
        if (open && mine === this.#connection) task()
      })
    }
    const begin = (): void => {
      if (this.#strikes()) return end('ECONNREFUSED')
      open = true
      // What is left over from an earlier connection.
      const old = this.#oldReplies.at(-1)
      events.opened()
      this.#greet(events, later, () => end('reset'))
      if (old && this.#strikes(0.5)) later(this.#random() * 60, () => events.received(old))
    }
    timer = this.#time.after(this.#random() * 20, begin)
    return {
      send: text => {
        if (!open || this.#strikes(0.1)) return false
        const { _id: id, _method: method, args } = JSON.parse(text) as SentFrame
        const request = { id, method, args }
        // The second copy of a serial without an id may pass for the answer to the next question for it.
        const maySeemAnswered = this.#faults.bare && outstandingMethod === 'cus-sec_SpcGetCertNo'
        if (outstanding !== undefined && !maySeemAnswered)
          this.#violated('a second request came while one was out')
        outstandingMethod = method
        outstanding = request.id
        this.#noteText(request)
        this.#serve(request, {
          later,
          deliver: (frame, isReply) => {
            if (isReply && outstanding === request.id) outstanding = undefined
            events.received(frame)
            // Also when it comes too late for its request: it tells that the card has taken a PIN since.
            if (isReply && request.args.passwd === rightPin) this.#refusedInARow = 0
          },
          drop: () => end('reset')
        })
        return true
      },
      ping: () => {
        if (!this.#strikes(0.3)) later(1, () => events.ponged())
      },
      replace: () => end(undefined),
      settled: () => {},
      close: async () => {
        closed = true
        open = false
        timer?.cancel()
      }
    }
  }

  /** To be called with what the bridge made of a text. */
  heard(text: string, outcome: string): void {
    const pin = this.pins.get(text)
    if (pin === undefined) return
    // It took the PIN, even if it did not say which certificate it used.
    if (outcome === 'signed' || outcome === 'cert_missing') this.#refusedInARow = 0
    if (outcome !== 'pin_refused') return
    this.#refused.add(pin)
    this.#refusedInARow++
  }

  #violated(rule: string): void {
    this.#faults.violations.push(`${this.certNo}: ${rule}`)
  }

  #strikes(weight = 1): boolean {
    return this.#random() < this.#faults.rate * weight
  }

  #noteText({ args }: Request): void {
    if (args.passwd === undefined) return
    const text = args.inData ?? ''
    if (this.#faults.texts.has(text)) this.#violated(`the PIN of ${text} left twice`)
    this.#faults.texts.add(text)
    this.pins.set(text, args.passwd)
    if (this.#refused.has(args.passwd)) this.#violated(`${args.passwd} was refused, and came again`)
    if (this.#refusedInARow >= 2) this.#violated('a PIN came after two were refused')
  }

  #greet(events: TransportEvents, later: (ms: number, task: () => void) => void, drop: () => void): void {
    const kind = this.#strikes() ? Math.floor(this.#random() * 5) : -1
    const status = kind === 0 ? '99' : '00'
    const frame = `{"_id":0,"_method":"${kind === 1 ? 'close' : 'open'}","_status":"${status}","_args":{}}`
    if (kind === 2) return
    if (kind === 3) return later(this.#random() * 30, drop)
    later(kind === 4 ? 30 : 1, () => events.received(frame))
  }

  #serve(
    request: Request,
    to: {
      later(ms: number, task: () => void): void
      deliver(frame: string | undefined, isReply: boolean): void
      drop(): void
    }
  ): void {
    const random = this.#random
    const bare = this.#faults.bare && random() < 0.8
    const body = this.#bodyFor(request)
    const full = JSON.stringify({ _id: request.id, _method: request.method, _status: '00', _args: body })
    const frame = bare ? JSON.stringify(body) : full
    this.#oldReplies.push(full)
    const takesMs = 1 + random() * 30
    const reply = (ms: number): void => to.later(ms, () => to.deliver(frame, true))
    if (!this.#strikes()) return reply(takesMs)
    const foreign = (id: number, method = request.method): string =>
      JSON.stringify({
        _id: id,
        _method: method,
        _status: '00',
        _args: { Result: true, Data: ['stolen', 'x'] }
      })
    switch (Math.floor(random() * 11)) {
      case 0:
        return reply(takesMs + 30 + random() * 80)
      case 1:
        return
      case 2:
        reply(takesMs)
        return reply(takesMs + (random() < 0.5 ? 0 : random() * 100))
      case 3:
        to.later(takesMs / 2, () => to.deliver(foreign(request.id + 1), false))
        return reply(takesMs)
      case 4:
        to.later(takesMs / 2, () => to.deliver(foreign(request.id, 'cus-sec_SpcGetUName'), false))
        return reply(takesMs)
      case 5:
        return to.later(takesMs, () => to.drop())
      case 6:
        return to.later(takesMs, () => to.deliver(random() < 0.5 ? 'nonsense' : undefined, false))
      case 7: {
        const old = this.#oldReplies.at(Math.floor(random() * this.#oldReplies.length))!
        if (old !== full) to.later(takesMs / 2, () => to.deliver(old, false))
        return reply(takesMs)
      }
      case 8:
        reply(takesMs)
        return to.later(takesMs, () => to.drop())
      case 9:
        return to.later(takesMs, () => to.deliver(full.replace('"00"', '"13"'), true))
      default:
        reply(takesMs)
        return to.later(takesMs, () => to.deliver(full, true))
    }
  }

  #bodyFor({ method, args }: Request): object {
    const fail = (code: string): object => ({ Result: false, Data: [], Error: ['失败', code] })
    if (this.#strikes(0.2)) {
      if (this.#random() < 0.5) return fail('Err:Custom50999')
      // The PIN did not get as far as the card.
      this.pins.delete(args.inData ?? '')
      return fail('Err:Custom50070')
    }
    if (args.passwd !== undefined && args.passwd !== rightPin)
      return { Result: false, Data: [], Error: ['口令错误', 'Err:Custom50102'] }
    if (method === 'cus-sec_SpcGetCertNo') return { Result: true, Data: [this.certNo], Error: [] }
    const sign = macOf(this.certNo, args.inData ?? '')
    if (this.#strikes(0.3)) return { Result: true, Data: [sign], Error: [] }
    if (this.#strikes(0.1)) return { Result: true, Data: [], Error: [] }
    return { Result: true, Data: [sign, this.certNo], Error: [] }
  }
}
