import { randomBytes, timingSafeEqual } from 'node:crypto'
import { derivations, type DerivationQueue } from './derivation-queue.ts'
import { defaultCost, isPayable, scryptKey, type ScryptCost } from './scrypt.ts'

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,64})\$([A-Za-z0-9+/]{43})$/

/** The hashes of the configuration in the repository, whose passwords everybody knows. */
export const publishedHashes: readonly string[] = [
  '$scrypt$ln=15,r=8,p=3$bOPYyfCrkLUVPdXorWOypw$xZNacWCe0jMB85+7pM8w6wOUOp8HDw9K48oQ+G278zY'
]

interface ReadHash {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly key: Buffer
}

/**
 * The hash of a password for a list of users: `$scrypt$ln=15,r=8,p=3$<salt>$<key>` in base64 without padding. The
 * password counts in its compatibility form (NFKC), so that the keyboard it is typed on does not matter.
 * @throws {RangeError} for an empty password, or a cost beyond 1 GiB or sixteen rounds
 */
export async function hashPassword(password: string, cost: ScryptCost = defaultCost): Promise<string> {
  if (password === '') throw new RangeError('An empty password is none')
  if (!isPayable(cost)) throw new RangeError('No machine should pay this cost')
  const salt = randomBytes(16)
  const key = await scryptKey(password.normalize('NFKC'), salt, cost)
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`
}

/** Whether a text is a hash that {@link verifyPassword} can check a password against. */
export function isPasswordHash(text: string): boolean {
  return read(text) !== undefined
}

/**
 * Whether a password belongs to a hash, after waiting for a turn in the queue of the process.
 * @throws {TypeError} when the hash is none
 * @throws {TooManyDerivations} when the queue is full
 */
export async function verifyPassword(
  password: string,
  hash: string,
  queue: DerivationQueue = derivations
): Promise<boolean> {
  const known = read(hash)
  if (!known) throw new TypeError('This is no hash of a password')
  const key = await queue.run(() => scryptKey(password.normalize('NFKC'), known.salt, known.cost))
  return timingSafeEqual(key, known.key)
}

/** A hash that belongs to no password, and takes as long to check as `hash` does. */
export function decoyLike(hash = '$scrypt$ln=15,r=8,p=3'): string {
  const [cost = ''] = /^\$scrypt\$[^$]*/.exec(hash) ?? []
  return `${cost}$${'A'.repeat(22)}$${'A'.repeat(43)}`
}

function read(text: string): ReadHash | undefined {
  const [, logN, r, p, salt = '', key = ''] = form.exec(text) ?? []
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  if (!isPayable(cost)) return undefined
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
