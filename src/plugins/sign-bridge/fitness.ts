import type { BackoffRange } from './backoff.ts'
import { Breaker, type Probe } from './breaker.ts'
import type { Tell } from './events.ts'
import type { ConnectionFacts, Ending } from './link.ts'
import { firstText } from './reply.ts'

const wrongCard = 'It holds another card than it should'

export interface FitnessOptions {
  /** Name of the device. */
  readonly name: string
  /** Serial of the certificate that it must sign with; empty: any. */
  readonly certNo: string
  readonly timeoutsUntilDown: number
  readonly tell: Tell
}

/** Whether one device may sign: what its replies say of its reader, its card and of whoever else uses it. */
export class Fitness {
  readonly #options: FitnessOptions
  readonly #breaker: Breaker
  #ignoresSerial = false
  #sharedOn: ConnectionFacts | undefined

  constructor(options: FitnessOptions) {
    this.#options = options
    this.#breaker = new Breaker(options.timeoutsUntilDown)
  }

  /** Why it may not sign. `undefined`: nothing is against it. */
  get reason(): string | undefined {
    return this.#breaker.reason
  }

  /** Whether a probe may change that. */
  get probes(): boolean {
    return this.#breaker.probes
  }

  /** Whether its card must be asked for before it may sign. A control that cannot tell is judged by its signatures. */
  mustIdentify({ certNo, certNoRefused }: ConnectionFacts): boolean {
    return this.#options.certNo !== '' && certNo === undefined && !certNoRefused && !this.#ignoresSerial
  }

  /** How long to wait before the next probe. */
  waitMs(range: BackoffRange, random: () => number): number {
    return this.#breaker.waitMs(range, random)
  }

  quarantine(reason: string): boolean {
    return this.#breaker.open('quarantined', reason)
  }

  /** Lifts whatever is against it. Its card is a stranger again. */
  release(connection: ConnectionFacts): void {
    this.#breaker.close()
    Object.assign(connection, { certNo: undefined, certNoRefused: false })
  }

  answered(): void {
    this.#breaker.answered()
  }

  silent(): void {
    this.#breaker.silent()
  }

  /** Judges the card by the serial in a reply. */
  isRightCard(certNo: string, connection: ConnectionFacts): boolean {
    const { certNo: expected, name, tell } = this.#options
    connection.certNo = certNo
    if (expected === '' || expected.toLowerCase() === certNo.toLowerCase()) return true
    if (this.#breaker.open('swapped', wrongCard))
      tell({ kind: 'card-swapped', device: name, message: `${name}: ${wrongCard}` })
    return false
  }

  /** Judges the reader by the reply to anything. True: it failed. */
  readerFailed(ending: Ending): boolean {
    if (typeof ending === 'string' || ending.kind !== 'refused' || ending.because !== 'reader') return false
    const { name, tell } = this.#options
    const reason = `Its reader failed: ${ending.code}`
    if (this.#breaker.open('reader', reason))
      tell({ kind: 'reader-fault', device: name, message: `${name}: ${reason}`, code: ending.code })
    return true
  }

  /** Judges the reply to the question for the serial, which is the probe too. */
  identified(ending: Ending, connection: ConnectionFacts): void {
    this.#breaker.probed(this.#verdict(ending, connection))
  }

  /** A reply to nothing that was asked: another program may use the control. Told once a connection. */
  gotForeignReply(connection: ConnectionFacts): void {
    if (this.#sharedOn === connection) return
    this.#sharedOn = connection
    const { name, tell } = this.#options
    const message = `${name}: it sent a reply that nobody here asked for; another program may be using this card`
    tell({ kind: 'card-shared', device: name, message })
  }

  #verdict(ending: Ending, connection: ConnectionFacts): Probe {
    const certNo = typeof ending === 'string' ? undefined : firstText(ending)
    if (certNo !== undefined) return this.isRightCard(certNo, connection) ? 'works' : 'faulty'
    if (this.readerFailed(ending)) return 'faulty'
    if (ending === 'lost') return 'lost'
    if (ending === 'silent') this.#ignoresSerial = !this.#breaker.answersProbes
    else connection.certNoRefused = true
    return 'deaf'
  }
}
