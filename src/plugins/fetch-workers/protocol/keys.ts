import { createHmac, timingSafeEqual } from 'node:crypto'

/** What both sides know of a login. */
export interface LoginFacts {
  readonly name: string
  /** Of the worker. */
  readonly helloNonce: string
  /** Of the gateway. */
  readonly challengeNonce: string
}

/**
 * The key of a worker, made from the gateway's secret: nothing has to be kept for each worker.
 * @param kid its name
 * @returns 43 characters, base64url
 */
export function workerKey(secret: string, kid: string): string {
  return createHmac('sha256', secret).update(`gw-spider.v1 key\0${kid}`).digest('base64url')
}

/** What one side proves its knowledge of the key with: the worker in `auth`, the gateway in `ready` and `pending`. */
export function loginMac(key: string, side: 'worker' | 'gateway', facts: LoginFacts): string {
  const { name, helloNonce, challengeNonce } = facts
  const text = ['gw-spider.v1', side, challengeNonce, helloNonce, name].join('\0')
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(text).digest('base64url')
}

/** Compares two proofs in a time that tells nothing about them. */
export function isSameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'base64url'), Buffer.from(b, 'base64url')]
  return left.length === right.length && timingSafeEqual(left, right)
}
