import { createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openWithAny, Unopenable, type NamedKey } from '../../../src/plugins/crypto-envelope/codec.ts'

const key = createSecretKey(Buffer.alloc(16, 1))
const keys = {
  find: () => undefined,
  candidates: () => [
    { kid: 'new', key },
    { kid: 'old', key }
  ]
}
const opening = ({ kid }: NamedKey) => ({ kid, value: {}, binding: {} })

describe('a message that names no key', () => {
  test('is opened with the first key that fits', () => {
    const tried: string[] = []
    const opened = openWithAny(keys, named => {
      tried.push(named.kid)
      if (named.kid === 'new') throw new Unopenable('cipher')
      return opening(named)
    })
    expect([opened.kid, tried]).toEqual(['old', ['new', 'old']])
  })

  test('fails as the last key did when none fits', () => {
    const attempt = ({ kid }: NamedKey): never => {
      throw new Unopenable(kid === 'old' ? 'content' : 'cipher')
    }
    expect(() => openWithAny(keys, attempt)).toThrow('the message cannot be opened: content')
  })

  test('is not tried again after a failure that is no matter of the key', () => {
    let attempts = 0
    const attempt = (): never => {
      attempts++
      throw new RangeError('a mistake in the codec')
    }
    expect(() => openWithAny(keys, attempt)).toThrow(RangeError)
    expect(attempts).toBe(1)
  })

  test('fails for want of a key when none is valid', () => {
    expect(() => openWithAny({ ...keys, candidates: () => [] }, opening)).toThrow(
      new Unopenable('key').message
    )
  })
})
