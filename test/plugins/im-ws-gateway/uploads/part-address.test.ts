import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  PartAddresses,
  type PartAddress
} from '../../../../src/plugins/im-ws-gateway/uploads/part-address.ts'

const addresses = new PartAddresses(randomBytes(32))
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'.split('')
const text = (length: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: length, maxLength: length })
const number = fc.integer({ min: 1, max: 999_999_999_999_999 })
const ticket = fc.record({
  uploadID: text(32),
  owner: text(22),
  part: number,
  bytes: number,
  expiresAt: number
})

function partsOf(address: string): PartAddress {
  const [, uploadID = '', part = '', query = ''] =
    /^\/object\/parts\/([^/]+)\/([^?]+)\?(.*)$/.exec(address) ?? []
  return { uploadID, part, query }
}

test('what was written is read, until it expires', () => {
  fc.assert(
    fc.property(ticket, each => {
      const parts = partsOf(addresses.write(each))
      expect(addresses.read(parts, each.expiresAt - 1)).toEqual(each)
      expect(addresses.read(parts, each.expiresAt)).toBeUndefined()
      expect(new PartAddresses(randomBytes(32)).read(parts, 0)).toBeUndefined()
    })
  )
})

test('nothing that differs in a character is read', () => {
  const given = { uploadID: 'a'.repeat(32), owner: 'b'.repeat(22), part: 12, bytes: 34, expiresAt: 56 }
  const address = addresses.write(given)
  const start = '/object/parts/'.length
  const others = ['0', '1', 'A', 'B', '-', '_', '=', '&', '?', '/', '%', ' ', '']
  const changed = Array.from({ length: address.length - start }, (_, at) =>
    others.map(other => `${address.slice(0, start + at)}${other}${address.slice(start + at + 1)}`)
  ).flat()
  expect(changed.length).toBeGreaterThan(1_000)
  const read = changed.filter(each => each !== address && addresses.read(partsOf(each), 0) !== undefined)
  expect(read).toEqual([])
})
