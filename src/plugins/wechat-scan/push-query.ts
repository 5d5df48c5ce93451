/** What stands in the query of a push and of the check of a URL. */
export interface PushQuery {
  /** Seconds since the Unix epoch, ten digits. */
  readonly timestamp: string
  readonly nonce: string
  /** Covers neither the body nor anything else in the query. */
  readonly signature?: string
  /** Covers the ciphertext. */
  readonly msgSignature?: string
  readonly encrypted: boolean
  /** To be sent back when a URL is checked. It looks like a number of 64 bits and is text. */
  readonly echostr?: string
}

const signature = /^[0-9a-f]{40}$/
const shapes = {
  timestamp: /^\d{10}$/,
  nonce: /^[!-~]{1,64}$/,
  signature,
  msg_signature: signature,
  encrypt_type: /^(?:aes|raw)$/,
  echostr: /^[!-~]{1,256}$/
}
const names = Object.keys(shapes) as (keyof typeof shapes)[]

/**
 * Reads the query; `undefined` for one that WeChat does not write. A parameter that is there twice is an array and is
 * refused: who checks one and who uses the other may not be the same.
 */
export function readQuery(query: unknown): PushQuery | undefined {
  const given = query as Readonly<Record<string, unknown>>
  const read: Partial<Record<keyof typeof shapes, string>> = {}
  for (const name of names) {
    const value = given[name]
    if (value === undefined || (value === '' && name === 'encrypt_type')) continue
    if (typeof value !== 'string' || !shapes[name].test(value)) return undefined
    read[name] = value
  }
  const { timestamp, nonce, echostr } = read
  if (timestamp === undefined || nonce === undefined) return undefined
  return {
    timestamp,
    nonce,
    encrypted: read.encrypt_type === 'aes',
    ...(read.signature !== undefined && { signature: read.signature }),
    ...(read.msg_signature !== undefined && { msgSignature: read.msg_signature }),
    ...(echostr !== undefined && { echostr })
  }
}

/**
 * Whether a signed time is near enough to ours. Retries come within 15 seconds.
 * @param windowS seconds to either side; 0: any time
 */
export function isFresh(timestamp: string, nowMs: number, windowS: number): boolean {
  return windowS === 0 || Math.abs(nowMs - Number(timestamp) * 1000) <= windowS * 1000
}
