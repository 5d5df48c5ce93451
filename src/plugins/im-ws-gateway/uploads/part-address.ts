import { createHmac, timingSafeEqual } from 'node:crypto'

/** One part of an upload, and until when it may be sent. */
export interface PartTicket {
  readonly uploadID: string
  /** Stands for the user: 22 characters of a digest. */
  readonly owner: string
  /** From 1. */
  readonly part: number
  /** Exactly so many bytes. */
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** The parts of an address that say the same, as they are in it. */
export interface PartAddress {
  readonly uploadID: string
  readonly part: string
  /** What stands behind the question mark. */
  readonly query: string
}

/** What the id of an upload or a file looks like: 24 random bytes in base64url. */
export const idPattern = '^[A-Za-z0-9_-]{32}$'

const id = new RegExp(idPattern)
const decimal = /^[1-9][0-9]{0,14}$/
/** Exactly what is written below, so that no two addresses are one. */
const query =
  /^owner=([A-Za-z0-9_-]{22})&bytes=([0-9]{1,15})&expires=([0-9]{1,15})&signature=([A-Za-z0-9_-]{43})$/

/** Signs the addresses that parts are sent to, and reads them. */
export class PartAddresses {
  readonly #key: Buffer

  /** @param key 32 random bytes that all nodes have */
  constructor(key: Buffer) {
    this.#key = key
  }

  /** Path and query. */
  write(ticket: PartTicket): string {
    const { uploadID, owner, part, bytes, expiresAt } = ticket
    const signature = this.#sign(ticket).toString('base64url')
    return `/object/parts/${uploadID}/${part}?owner=${owner}&bytes=${bytes}&expires=${expiresAt}&signature=${signature}`
  }

  /**
   * What an address allows; nothing when it was not made with this key or has expired.
   * @param now milliseconds since the epoch
   */
  read({ uploadID, part, query: text }: PartAddress, now: number): PartTicket | undefined {
    const [, owner = '', bytes = '', expires = '', signature = ''] = query.exec(text) ?? []
    if (!id.test(uploadID) || ![part, bytes, expires].every(number => decimal.test(number))) return undefined
    const ticket = { uploadID, owner, part: Number(part), bytes: Number(bytes), expiresAt: Number(expires) }
    const given = Buffer.from(signature, 'base64url')
    // The last character of a signature carries unused bits: only one spelling is taken.
    if (given.toString('base64url') !== signature) return undefined
    if (!timingSafeEqual(given, this.#sign(ticket))) return undefined
    return ticket.expiresAt > now ? ticket : undefined
  }

  #sign({ uploadID, owner, part, bytes, expiresAt }: PartTicket): Buffer {
    const text = [uploadID, owner, part, bytes, expiresAt].join('\n')
    return createHmac('sha256', this.#key).update(text).digest()
  }
}
