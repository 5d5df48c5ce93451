import type { KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { blockBytes } from '../block-cipher.ts'
import { Unopenable } from '../codec.ts'
import { decodeBody, decodeBytes, type TextEncoding } from '../encoded-bytes.ts'
import { parseJsonObject } from '../json-object.ts'
import type { Sealed } from '../service.ts'

/** The options that say where the initialization vector is. */
export const ivOptions = {
  iv: Type.Enum(['prefix', 'field', 'zero', 'fixed', 'key'], {
    default: 'prefix',
    description:
      'Where the initialization vector is. prefix: random, in front of the ciphertext. field: random, in a JSON object beside it. zero: sixteen zero bytes. fixed: `fixedIv`. key: the first 16 bytes of the AES key.'
  }),
  fixedIv: Type.Optional(
    Type.String({
      pattern: '^([!-~]{16}|[0-9a-fA-F]{32})$',
      description: 'The initialization vector of `iv: fixed`: 16 ASCII characters, or 32 hexadecimal digits.'
    })
  ),
  ivField: Type.String({ default: 'iv', minLength: 1, description: 'With `iv: field`: the member for it.' }),
  dataField: Type.String({
    default: 'data',
    minLength: 1,
    description: 'With `iv: field`: the member for the ciphertext.'
  })
}

const Options = Type.Object(ivOptions)

interface Parts {
  readonly vector: Buffer
  readonly ciphertext: Buffer
}

/** Where a message has its initialization vector. */
export interface IvLayout {
  /** Takes a message apart, as far as that goes without a key. */
  part(message: Buffer): (key: KeyObject) => Parts
  /** The initialization vector for the next answer. */
  vector(key: KeyObject): Buffer
  join(vector: Buffer, ciphertext: Buffer): Sealed
}

/** @throws {TypeError} when `fixedIv` is missing, or has no use */
export function ivLayout(
  { iv, fixedIv, ivField, dataField }: Static<typeof Options>,
  encoding: TextEncoding,
  random: (size: number) => Buffer
): IvLayout {
  if (iv === 'fixed' && fixedIv === undefined) throw new TypeError('`iv: fixed` needs `fixedIv`')
  if (iv !== 'fixed' && fixedIv !== undefined) throw new TypeError('`fixedIv` is for `iv: fixed` only')
  const freshVector = (): Buffer => random(blockBytes)

  if (iv === 'prefix')
    return {
      part(message) {
        const bytes = decodeBody(message, encoding)
        const parts = { vector: bytes.subarray(0, blockBytes), ciphertext: bytes.subarray(blockBytes) }
        return () => parts
      },
      vector: freshVector,
      join: (vector, ciphertext) => Buffer.concat([vector, ciphertext]).toString(encoding)
    }

  if (iv === 'field')
    return {
      part(message) {
        const { [ivField]: first, [dataField]: second } = parseJsonObject(message, 'format')
        if (typeof first !== 'string' || typeof second !== 'string') throw new Unopenable('format')
        const parts = { vector: decodeBytes(first, encoding), ciphertext: decodeBytes(second, encoding) }
        if (parts.vector.length !== blockBytes) throw new Unopenable('format')
        return () => parts
      },
      vector: freshVector,
      join: (vector, ciphertext) => ({
        [ivField]: vector.toString(encoding),
        [dataField]: ciphertext.toString(encoding)
      })
    }

  const known = fixedIv === undefined ? Buffer.alloc(blockBytes) : readFixed(fixedIv)
  const vectorOf = (key: KeyObject): Buffer => (iv === 'key' ? key.export().subarray(0, blockBytes) : known)
  return {
    part(message) {
      const ciphertext = decodeBody(message, encoding)
      return key => ({ vector: vectorOf(key), ciphertext })
    },
    vector: vectorOf,
    join: (_vector, ciphertext) => ciphertext.toString(encoding)
  }
}

function readFixed(text: string): Buffer {
  return Buffer.from(text, text.length === blockBytes ? 'latin1' : 'hex')
}
