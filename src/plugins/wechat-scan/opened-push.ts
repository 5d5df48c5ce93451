import { hash, type KeyObject } from 'node:crypto'
import { encryptedIn } from '../../wechat/envelope-xml.ts'
import { messageKey, openWithAny } from '../../wechat/message-crypt.ts'
import { MessageError } from '../../wechat/message-error.ts'
import { isSignature } from '../../wechat/signature.ts'
import type { ScanAccount } from './account.ts'
import { readJson } from './push-json.ts'
import type { PushQuery } from './push-query.ts'
import { Refusal } from './refusal.ts'

/** A body that is known to be WeChat's, as far as the mode can tell. */
export interface OpenedPush {
  readonly content: Buffer
  /** The key that has opened it, and encrypts the answer. */
  readonly key?: KeyObject
  /** What one signature must not be used for twice, where it says nothing of the body. */
  readonly unsigned?: { readonly signature: string; readonly digest: string }
}

/** An account with its keys ready for use. */
export interface CallbackAccount extends ScanAccount {
  readonly keys: readonly KeyObject[]
}

/** @throws {TypeError} for a text that is no EncodingAESKey */
export function callbackAccount(account: ScanAccount): CallbackAccount {
  return { ...account, keys: account.aesKeys.map(messageKey) }
}

/**
 * Checks the signature that needs no body. The mode of the account decides, never the request: where pushes are
 * encrypted, `signature` would authenticate any body, and is not looked at.
 * @throws {Refusal}
 */
export function checkBeforeBody({ mode, token }: CallbackAccount, query: PushQuery): void {
  if (mode !== 'plain') {
    if (query.msgSignature === undefined) throw new Refusal('unencrypted')
  } else checkSignature(token, query)
}

/** @throws {Refusal} unless `signature` is right */
export function checkSignature(token: string, { signature, timestamp, nonce }: PushQuery): void {
  if (signature === undefined || !isSignature(signature, token, timestamp, nonce))
    throw new Refusal('signature')
}

/**
 * Opens a body after {@link checkBeforeBody}. Of an encrypted push only what was encrypted counts.
 * @throws {Refusal}
 */
export function openPush(account: CallbackAccount, query: PushQuery, body: Buffer): OpenedPush {
  if (account.mode === 'plain') {
    if (query.encrypted) throw new Refusal('message')
    return { content: body, unsigned: { signature: query.signature ?? '', digest: digestOf(body) } }
  }
  const encrypted = ciphertextIn(body)
  const { msgSignature = '', timestamp, nonce } = query
  if (!isSignature(msgSignature, account.token, timestamp, nonce, encrypted)) throw new Refusal('signature')
  try {
    return openWithAny(account.keys, encrypted, account.appId)
  } catch (error) {
    throw error instanceof MessageError ? new Refusal('message') : error
  }
}

function ciphertextIn(body: Buffer): string {
  const text = body.toString('latin1').trimStart()
  const encrypted = text.startsWith('{') ? jsonCiphertextIn(text) : encryptedIn(text)
  if (typeof encrypted !== 'string') throw new Refusal('envelope')
  return encrypted
}

function jsonCiphertextIn(text: string): unknown {
  try {
    return readJson(text)['Encrypt']
  } catch {
    return undefined
  }
}

/** Names a body. */
export function digestOf(body: Buffer | string): string {
  return hash('sha256', body, 'base64url')
}
