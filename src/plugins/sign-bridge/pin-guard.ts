import type { Clock } from '../../core/index.ts'
import type { Tell } from './events.ts'
import { begun, ended, isBad, judge, type PinOutcome, type PinRules, type PinVerdict } from './pin-verdict.ts'
import { anyPin, blank, type PinRow, type PinRows } from './pin-guard-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** A device as the guard sees it. */
export interface GuardedDevice {
  readonly name: string
  readonly address: string
  /** Serial of the card in it, as far as it is known. */
  readonly cardNo: string | undefined
  /** Gives it no request until it is released. */
  quarantine(reason: string): void
  release(): void
}

/** A permission to send one frame with a PIN. It must be settled. */
export interface Attempt {
  /** Once more if a clearer outcome comes late. */
  settle(outcome: PinOutcome): Promise<void> | undefined
}

/** `later`: another process tries a PIN on this card right now. */
export type Admission = Attempt | 'blocked' | 'later'

/** Decides, right before a frame with a PIN leaves, whether it may. */
export interface PinGate {
  /** What stands for a PIN from then on. */
  keyOf(pin: string): string
  /** Allows at once what needs no look at the rows. `undefined`: ask `admit`. */
  admitNow(device: GuardedDevice, pin: string): Attempt | undefined
  /** @throws {Error} when that cannot be told: nothing may be sent then */
  admit(device: GuardedDevice, pin: string): Promise<Admission>
}

/** Something that keeps a PIN, or all of them, from a card. */
export interface PinBlock {
  /** `card:` and the serial of its certificate, or `at:` and the address of a device. */
  readonly target: string
  /** The names of the devices it concerns now. */
  readonly devices: readonly string[]
  readonly because: 'refused' | 'unclear' | 'locked'
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** What operators can do about blocked PINs. */
export interface PinBlocks {
  list(): Promise<PinBlock[]>
  /**
   * Forgets what is known of all PINs on a device: each may be tried once more.
   * @param name a device, the serial of its card, or a `target` of the list. False: there is nothing of that name
   */
  reset(name: string): Promise<boolean>
}

export interface PinGuardOptions {
  readonly rows: PinRows
  readonly digest: KeyedDigest
  readonly clock: Clock
  readonly tell: Tell
  readonly unclearPinLimit: number
  /** How long an attempt may take at most. */
  readonly attemptMs: number
  /** For how long a PIN that a card has just accepted needs no look at the rows. Default: a second. */
  readonly trustMs?: number
}

/**
 * Keeps wrong PINs from cards, which lock after a few. Rows are read anew before a frame, since other processes write
 * them too; only the PIN that was the last to reach a card, and was accepted within the last second, is not looked up:
 * what the card has just said counts more than any row. An attempt with a PIN that has not signed on this card *since this process started* is written down
 * before its frame leaves: whoever is killed in between leaves a mark that counts, so a restart loop with a wrong PIN
 * ends at `unclearPinLimit`. A PIN that this process has seen sign costs a read and no write; should the process die
 * while such a PIN is refused after all, the next one writes before it tries.
 *
 * Rows are kept for the card and for the address of its device alike: after a start the card is not known until it has
 * signed, and a card may move.
 */
export class PinGuard implements PinGate, PinBlocks {
  readonly #options: PinGuardOptions
  readonly #rules: PinRules
  readonly #devices: () => readonly GuardedDevice[]
  /** What this process has seen, by address and PIN. `blocked` holds even if it could not be written. */
  readonly #seen = new Map<string, 'proven' | 'blocked'>()
  /** The PIN that a card has accepted last, while it has refused none since; by address. */
  readonly #accepted = new Map<
    string,
    { readonly pin: string; readonly cardNo: string; readonly at: number }
  >()

  constructor(options: PinGuardOptions, devices: () => readonly GuardedDevice[]) {
    const { digest, unclearPinLimit } = options
    this.#options = options
    this.#devices = devices
    this.#rules = { unclearPinLimit, keyId: digest('pin guard key').slice(0, 8) }
  }

  keyOf(pin: string): string {
    return `${this.#rules.keyId}:${this.#options.digest('pin', pin)}`
  }

  admitNow(device: GuardedDevice, pin: string): Attempt | undefined {
    const { clock, trustMs = 1_000 } = this.#options
    const accepted = this.#accepted.get(device.address)
    if (accepted?.pin !== pin || accepted.cardNo !== device.cardNo) return undefined
    if (clock.monotonic() - accepted.at >= trustMs) return undefined
    return { settle: outcome => this.#settle(device, pin, outcome, []) }
  }

  async admit(device: GuardedDevice, pin: string): Promise<Admission> {
    const { rows, clock, attemptMs } = this.#options
    const targets = targetsOf(device)
    const seen = this.#seen.get(seenKey(device, pin))
    if (seen === 'blocked') return 'blocked'
    const present = await rows.of(targets)
    const verdict = this.#judge(present, pin)
    if (verdict === 'blocked' || verdict === 'later') return verdict
    const isClear = present.every(row => row.counted === 0 && (row.pin !== pin || row.unclear === 0))
    if (verdict === 'proven' && seen === 'proven' && isClear)
      return { settle: outcome => this.#settle(device, pin, outcome, []) }
    return rows.change<Admission>(targets, known => {
      const again = this.#judge(known, pin)
      if (again === 'blocked' || again === 'later') return { rows: [], result: again }
      const busyUntil = clock.now() + attemptMs
      const changed = targets.map(target => begun(rowFor(known, target, pin), busyUntil))
      const result = { settle: (outcome: PinOutcome) => this.#settle(device, pin, outcome, targets) }
      return { rows: this.#dated(changed), result }
    })
  }

  async list(): Promise<PinBlock[]> {
    const devices = this.#devices()
    const bad = (await this.#options.rows.all()).filter(row => isBad(row, this.#rules))
    return bad.map(({ target, pin, refused, changedAt }) => ({
      target,
      devices: devices.filter(device => targetsOf(device).includes(target)).map(({ name }) => name),
      because: pin === anyPin ? 'locked' : refused === 1 ? 'refused' : 'unclear',
      since: changedAt
    }))
  }

  async reset(name: string): Promise<boolean> {
    const { rows } = this.#options
    const known = [...new Set((await rows.all()).map(({ target }) => target))]
    const devices = this.#devices().filter(
      device => device.name === name || targetsOf(device).some(target => isNamed(target, name))
    )
    const targets = [...devices.flatMap(targetsOf), ...known.filter(target => isNamed(target, name))]
    if (targets.length === 0) return false
    const locked = (await rows.of(targets)).some(row => row.pin === anyPin && row.refused === 1)
    await rows.forget(targets)
    if (locked) for (const device of devices) device.release()
    for (const { address } of devices) this.#accepted.delete(address)
    for (const key of this.#seen.keys())
      if (devices.some(device => key.startsWith(seenKey(device, '')))) this.#seen.delete(key)
    return true
  }

  #judge(rows: readonly PinRow[], pin: string): PinVerdict {
    return judge(rows, pin, this.#options.clock.now(), this.#rules)
  }

  #settle(
    device: GuardedDevice,
    pin: string,
    outcome: PinOutcome,
    begunOn: readonly string[]
  ): Promise<void> | undefined {
    const key = seenKey(device, pin)
    if (outcome !== 'unsent' && outcome !== 'accepted') this.#accepted.delete(device.address)
    if (begunOn.length === 0 && outcome !== 'refused' && outcome !== 'locked' && outcome !== 'doubtful') {
      if (outcome === 'accepted') this.#trust(device, pin)
      return undefined
    }
    if (outcome === 'accepted') this.#seen.set(key, 'proven')
    else if (outcome !== 'unsent') this.#seen.delete(key)
    const isWrong = outcome === 'refused' || outcome === 'locked'
    if (isWrong) this.#seen.set(key, 'blocked')
    if (outcome === 'locked') device.quarantine('Its card is locked')
    const written = this.#write(device, pin, outcome, begunOn)
    if (outcome === 'accepted') return written.then(() => this.#trust(device, pin))
    // From then on the rows say so, to all processes.
    return isWrong ? written.then(() => void this.#seen.delete(key)) : written
  }

  #trust({ address, cardNo }: GuardedDevice, pin: string): void {
    if (cardNo === undefined) return
    this.#accepted.set(address, { pin, cardNo, at: this.#options.clock.monotonic() })
  }

  async #write(
    device: GuardedDevice,
    pin: string,
    outcome: PinOutcome,
    begunOn: readonly string[]
  ): Promise<void> {
    const { rows } = this.#options
    const targets = [...new Set([...begunOn, ...targetsOf(device)])]
    const verdict = await rows.change(targets, known => {
      const changed = targets.flatMap(target => {
        const row = ended(rowFor(known, target, pin), outcome, begunOn.includes(target))
        const others = known.filter(other => other.target === target && other.pin !== pin)
        if (outcome === 'accepted')
          return [
            row,
            ...others.filter(({ counted }) => counted === 1).map(other => ({ ...other, counted: 0 }))
          ]
        return outcome === 'locked' ? [row, { ...blank(target, anyPin), refused: 1 }] : [row]
      })
      const isKept = ({ target, pin: other }: PinRow): boolean =>
        !changed.some(row => row.target === target && row.pin === other)
      const result = this.#judge([...known.filter(isKept), ...changed], pin)
      return { rows: this.#dated(changed), result }
    })
    if (verdict === 'blocked') this.#announce(device, outcome)
  }

  #announce({ name }: GuardedDevice, outcome: PinOutcome): void {
    const { tell } = this.#options
    if (outcome === 'locked')
      tell({
        kind: 'card-locked',
        device: name,
        message: `${name}: its card is locked; it gets no PIN any more`
      })
    else
      tell({
        kind: 'pin-guard-tripped',
        device: name,
        message: `${name}: a PIN was refused or its attempts stayed unclear; it is blocked until an operator resets it`
      })
  }

  #dated(rows: readonly PinRow[]): PinRow[] {
    return rows.map(row => ({ ...row, changedAt: this.#options.clock.now() }))
  }
}

function targetsOf({ address, cardNo }: GuardedDevice): string[] {
  return cardNo === undefined ? [`at:${address}`] : [`at:${address}`, `card:${cardNo.toLowerCase()}`]
}

function isNamed(target: string, name: string): boolean {
  return target === name || target === `card:${name.toLowerCase()}` || target === `at:${name}`
}

function rowFor(rows: readonly PinRow[], target: string, pin: string): PinRow {
  return rows.find(row => row.target === target && row.pin === pin) ?? blank(target, pin)
}

function seenKey({ address }: GuardedDevice, pin: string): string {
  return `${address} ${pin}`
}
