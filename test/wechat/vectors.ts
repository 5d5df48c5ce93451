import { readFileSync } from 'node:fs'

export interface PlainVector {
  readonly id: string
  readonly kind: 'plain-signature'
  readonly token: string
  readonly timestamp: string
  readonly nonce: string
  readonly echostr?: string
  readonly signature: string
}

export interface EncryptedVector {
  readonly id: string
  readonly kind: 'encrypted'
  readonly token: string
  readonly encodingAESKey: string
  readonly timestamp: string
  readonly nonce: string
  readonly encrypt: string
  readonly msgSignature: string
  readonly random: string
  readonly msgLen: number
  readonly plaintext: string
  readonly receiveId: string
  readonly padBytes: number
}

interface VectorFile {
  readonly vectors: readonly (PlainVector | EncryptedVector)[]
  readonly negative: readonly Omit<PlainVector, 'kind'>[]
}

const { vectors, negative } = JSON.parse(readFileSync('test/vectors/wechat-push.json', 'utf8')) as VectorFile

/** The examples that Tencent has published. */
export const plainVectors = vectors.filter(vector => vector.kind === 'plain-signature')
export const encryptedVectors = vectors.filter(vector => vector.kind === 'encrypted')
/** Others that have one of their signatures. */
export const collisions = negative
