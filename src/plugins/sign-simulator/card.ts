import type { CardKey } from './card-key.ts'
import { pinLocked, readerFailed, wrongPin, type ReaderCode } from './control-error.ts'

/** What a card is made with. */
export interface CardOptions {
  readonly key: CardKey
  /** Default `88888888`, the factory's. */
  readonly pin?: string
  /** Wrong PINs in a row that lock the card. Default 3. */
  readonly maxWrongPins?: number
}

/** A card in its reader: a key behind a PIN. */
export class SimulatedCard {
  /** Set it to swap the card for one with another key and certificate. */
  key: CardKey
  /** Set: the reader fails with this code, whatever is asked of the card. */
  readerFault: ReaderCode | undefined
  readonly #pin: string
  readonly #maxWrongPins: number
  #wrongPins = 0

  constructor(options: CardOptions) {
    this.key = options.key
    this.#pin = options.pin ?? '88888888'
    this.#maxWrongPins = options.maxWrongPins ?? 3
  }

  /** Wrong PINs since the last right one. */
  get wrongPins(): number {
    return this.#wrongPins
  }

  get locked(): boolean {
    return this.#wrongPins >= this.#maxWrongPins
  }

  /** What the issuing point does with a locked card. */
  unlock(): void {
    this.#wrongPins = 0
  }

  /** @throws {ControlError} when the reader fails */
  read(): CardKey {
    if (this.readerFault) throw readerFailed(this.readerFault)
    return this.key
  }

  /**
   * Checks a PIN. A right one clears the count of wrong ones; a locked card refuses every PIN.
   * @throws {ControlError} when it is wrong or the card is locked
   */
  verifyPin(pin: string): void {
    if (this.locked) throw pinLocked()
    if (pin === this.#pin) return this.unlock()
    this.#wrongPins++
    throw this.locked ? pinLocked() : wrongPin(this.#maxWrongPins - this.#wrongPins)
  }
}
