import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressPolicy } from '../../../src/plugins/http-client/address-policy.ts'
import type { Lookup } from '../../../src/plugins/http-client/connections.ts'
import { here, startRig } from './rig.ts'

const target = { hostname: 'up.example.edu', port: 80 }
const open = new AddressPolicy({ internalHosts: [], blockPrivate: false })

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'not an address',
    ''
  ])('%s is closed', address => {
    expect(open.allows(address, target)).toBe(false)
  })

  test.each([
    '1.1.1.1',
    '202.119.0.1',
    '10.1.2.3',
    '192.168.1.1',
    '2001:da8::1',
    '::ffff:1.1.1.1',
    'fc00::1'
  ])('%s is open', address => {
    expect(open.allows(address, target)).toBe(true)
  })

  test.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fd12::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1'
  ])('%s is closed where private networks are', address => {
    const strict = new AddressPolicy({ internalHosts: [], blockPrivate: true })
    expect(strict.allows(address, target)).toBe(false)
    expect(strict.allows('1.1.1.1', target)).toBe(true)
  })

  test('of loopback are closed however IPv6 carries them', () => {
    assert(
      property(
        integer({ min: 0, max: 0xffffff }),
        constantFrom('::ffff:', '::', '64:ff9b::'),
        (low, prefix) => {
          const [b, c, d] = [low >> 16, (low >> 8) & 255, low & 255]
          expect(open.allows(`${prefix}127.${b}.${c}.${d}`, target)).toBe(false)
        }
      )
    )
  })

  test.each<[string, string, string, number, boolean]>([
    ['127.0.0.1', '127.0.0.1', 'any.example', 80, true],
    ['127.0.0.1:8080', '127.0.0.1', 'any.example', 8080, true],
    ['127.0.0.1:8080', '127.0.0.1', 'any.example', 80, false],
    ['127.0.0.0/8', '127.9.9.9', 'any.example', 80, true],
    ['localhost', '127.0.0.1', 'localhost', 80, true],
    ['localhost:3000', '::1', 'localhost', 3000, true],
    ['localhost', '127.0.0.1', 'other.example', 80, false],
    ['*.internal.example', '169.254.1.1', 'a.internal.example', 80, true],
    ['*.internal.example', '169.254.1.1', 'internal.example', 80, false],
    ['::1', '::1', 'any.example', 80, true],
    ['[::1]:80', '::1', 'any.example', 80, true],
    ['fe80::/10', 'fe80::5', 'any.example', 80, true]
  ])('internalHosts %s: %s for %s:%i is open: %s', (entry, address, hostname, port, allowed) => {
    const policy = new AddressPolicy({ internalHosts: [entry], blockPrivate: false })
    expect(policy.allows(address, { hostname, port })).toBe(allowed)
  })
})

describe('a request', () => {
  const closed = { internalHosts: [] }

  test.each([
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '0.0.0.0'
  ])('to the address %s is not made', async host => {
    await using rig = await startRig((_, response) => response.end('reached'), { settings: closed })
    const error = await rig.failed(rig.http.get(rig.at('/', host)))
    expect([error.kind, error.entry.key, error.sent]).toEqual(['blocked', 'upstream.blocked', false])
    expect(rig.seen).toEqual([])
  })

  test('to a name of a closed address is not made, nor tried again', async () => {
    await using rig = await startRig((_, response) => response.end('reached'), { settings: closed })
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'blocked' })
    expect([rig.seen.length, rig.count('retries_total')]).toEqual([0, 0])
  })

  test('goes to the open ones of the addresses of a name', async () => {
    const lookup: Lookup = (_, __, callback) =>
      callback(null, [
        { address: '169.254.169.254', family: 4 },
        { address: '127.0.0.1', family: 4 }
      ])
    await using rig = await startRig((_, response) => response.end('reached'), { lookup })
    expect((await rig.http.get(rig.at('/'))).data).toBe('reached')
  })

  test('goes to the address that was checked, whatever the name is rebound to', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2']
    const lookup: Lookup = (_, __, callback) =>
      callback(null, [{ address: addresses.shift() ?? '127.0.0.3', family: 4 }])
    const settings = { internalHosts: ['127.0.0.1'] }
    await using rig = await startRig(
      (_, response) => response.setHeader('connection', 'close').end('reached'),
      {
        lookup,
        settings
      }
    )
    expect((await rig.http.get(rig.at('/'))).data).toBe('reached')
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'blocked' })
    expect(rig.seen).toHaveLength(1)
  })

  test.each(['http://169.254.169.254/latest/meta-data', 'http://metadata.example/', 'http://[::1]/'])(
    'that is redirected to %s is not made there',
    async location => {
      const lookup: Lookup = (hostname, options, callback) =>
        hostname === 'metadata.example'
          ? callback(null, [{ address: '169.254.169.254', family: 4 }])
          : here(hostname, options, callback)
      await using rig = await startRig((_, response) => response.writeHead(302, { location }).end(), {
        lookup
      })
      expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'blocked' })
    }
  )

  test('of a plugin goes to its hosts only, also when it is redirected', async () => {
    const settings = { hostsByPlugin: { portal: ['*.example.edu'], '*': ['up.example.edu'] } }
    await using rig = await startRig(
      (seen, response) =>
        seen.url === '/away'
          ? response.writeHead(302, { location: rig.at('/', 'other.example.org') }).end()
          : response.end('reached'),
      { settings }
    )
    const portal = rig.open({ plugin: 'portal' })
    expect((await portal.get(rig.at('/', 'any.example.edu'))).data).toBe('reached')
    expect(await rig.failed(portal.get(rig.at('/', 'other.example.org')))).toMatchObject({ kind: 'blocked' })
    expect(await rig.failed(portal.get(rig.at('/away')))).toMatchObject({ kind: 'blocked' })
    expect((await rig.open({ plugin: 'other' }).get(rig.at('/'))).data).toBe('reached')
    expect(await rig.failed(rig.open().get(rig.at('/', 'any.example.edu')))).toMatchObject({
      kind: 'blocked'
    })
    expect(rig.seen).toHaveLength(3)
  })

  test('that is forbidden says nothing about the upstream', async () => {
    await using rig = await startRig((_, response) => response.end(), { settings: closed })
    for (let times = 0; times < 5; times++)
      expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'blocked' })
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'closed', failures: 0 }])
  })
})
