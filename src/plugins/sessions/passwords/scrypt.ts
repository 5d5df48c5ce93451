import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string | Uint8Array, Uint8Array, number, object, Buffer>(scrypt)

/** Cost of scrypt (RFC 7914). */
export interface ScryptCost {
  /** Log2 of N: memory is 2^logN · r · 128 bytes. */
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** As slow to guess as OWASP asks for, in 32 MiB. */
export const defaultCost: ScryptCost = { logN: 15, r: 8, p: 3 }

const MiB = 1024 * 1024

/** Whether a cost is one that this process would pay: up to 1 GiB and sixteen rounds. */
export function isPayable({ logN, r, p }: ScryptCost): boolean {
  const inRange = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most
  return inRange(logN, 1, 20) && inRange(r, 1, 8) && inRange(p, 1, 16)
}

/** 32 bytes out of a secret. Node refuses more than 32 MiB unless it is told to expect more. */
export function scryptKey(secret: string | Uint8Array, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const N = 2 ** cost.logN
  const maxmem = Math.max(64 * MiB, 256 * N * cost.r)
  return derive(secret, salt, 32, { N, r: cost.r, p: cost.p, maxmem })
}
