import { once } from 'node:events'
import { connect } from 'node:net'
import { verify, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import { RawClient } from './client.ts'
import { rsaKey } from './keys.ts'

const open = '{"_id":0,"_method":"open","_status":"00","_args":{}}'

/** How an attempt to connect ends when it fails. */
async function refusal(url: string): Promise<string> {
  const socket = new WebSocket(url)
  const [error] = (await once(socket, 'error')) as [Error]
  return error.message
}

test('greets, signs, and hands out the certificate with which the signature verifies', async () => {
  await using device = await startSignSimulator()
  await using client = await RawClient.connect(device.url)
  expect(await client.next()).toBe(open)

  client.sign(7, '中文 and ASCII')
  const { Data, ...rest } = await client.nextReply()
  expect(rest).toEqual({ id: 7, method: 'cus-sec_SpcSignDataAsPEM', status: '00', Result: true, Error: [] })

  client.request(8, 'SpcGetSignCertAsPEM')
  const certificate = new X509Certificate((await client.nextReply()).Data[0] ?? '')
  const [signature = '', certNo] = Data
  expect(certificate.serialNumber.toLowerCase()).toBe(certNo)
  const bytes = Buffer.from(signature, 'base64')
  expect(verify('sha1', Buffer.from('中文 and ASCII'), certificate.publicKey, bytes)).toBe(true)
})

test('makes a key of the kind that is asked for, or takes one', async () => {
  await using sm2 = await startSignSimulator({ algorithm: 'sm2' })
  await using rsa = await startSignSimulator({ key: rsaKey })
  expect(sm2.key.algorithm).toBe('sm2')
  expect(rsa.key).toBe(rsaKey)
})

describe('a connection', () => {
  test('answers pings', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    await using client = await RawClient.connect(device.url)
    client.socket.ping('beat')
    const [data] = (await once(client.socket, 'pong')) as [Buffer]
    expect(data.toString()).toBe('beat')
  })

  test('survives what is not a request, and is not answered', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    await using client = await RawClient.connect(device.url)
    expect(await client.next()).toBe(open)
    for (const frame of ['HELLO', '[]', '{', Buffer.of(0xff)]) client.socket.send(frame)
    client.request(1, 'SpcGetCertNo')
    expect(await client.nextReply()).toMatchObject({ id: 1 })
    expect(device.control.counters).toMatchObject({ ignored: 4, requests: 1 })
  })

  test('is closed when a frame is longer than a mebibyte, and the device goes on', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    await using client = await RawClient.connect(device.url)
    client.sign(1, 'x'.repeat(1024 * 1024))
    expect(await client.closed).toBe(1009)
    await using other = await RawClient.connect(device.url)
    expect(await other.next()).toBe(open)
  })

  test('signs a long text', async () => {
    await using device = await startSignSimulator({ key: rsaKey, handshake: 'none' })
    await using client = await RawClient.connect(device.url)
    const text = '长'.repeat(40_000)
    client.sign(1, text)
    expect(rsaKey.verify(text, (await client.nextReply()).Data[0] ?? '')).toBe(true)
  })
})

describe('faults of a connection', () => {
  test('it is refused, once, with 503 or another status', async () => {
    await using device = await startSignSimulator({
      key: rsaKey,
      script: [
        { on: 'connect', do: 'refuse' },
        { on: 'connect', do: 'refuse', status: 401 }
      ]
    })
    expect(await refusal(device.url)).toContain('503')
    expect(await refusal(device.url)).toContain('401')
    await using client = await RawClient.connect(device.url)
    expect(await client.next()).toBe(open)
    expect(device.control.counters).toMatchObject({ connections: 3, refused: 2, faults: 2 })
  })

  test('its handshake is another one', async () => {
    await using device = await startSignSimulator({
      key: rsaKey,
      script: [
        { on: 'connect', do: 'handshake', as: 'wrong-status' },
        { on: 'connect', do: 'handshake', as: 'garbage', delayMs: 1 }
      ]
    })
    await using first = await RawClient.connect(device.url)
    expect(await first.nextReply()).toMatchObject({ status: '99' })
    await using second = await RawClient.connect(device.url)
    expect(await second.next()).toBe('HELLO')
    await using third = await RawClient.connect(device.url)
    expect(await third.next()).toBe(open)
  })

  test('it is dropped, or closed, at once or later', async () => {
    await using device = await startSignSimulator({
      key: rsaKey,
      script: [
        { on: 'connect', do: 'drop' },
        { on: 'connect', do: 'drop', afterMs: 1 },
        { on: 'connect', do: 'close', code: 1013, reason: 'busy' },
        { on: 'connect', do: 'close', code: 4000, afterMs: 1 }
      ]
    })
    for (const code of [1006, 1006, 1013, 4000]) expect(await new RawClient(device.url).closed).toBe(code)
  })

  test('it is half-open from the start', async () => {
    await using device = await startSignSimulator({ key: rsaKey, script: [{ on: 'connect', do: 'freeze' }] })
    await using frozen = await RawClient.connect(device.url)
    await using client = await RawClient.connect(device.url)
    frozen.request(1, 'SpcGetCertNo')
    client.request(2, 'SpcGetCertNo')
    expect(await client.next()).toBe(open)
    expect(await client.nextReply()).toMatchObject({ id: 2 })
    expect(frozen.frames).toEqual([])
    expect(device.control.record.frames.map(({ connection }) => connection)).toEqual([2])
  })
})

describe('listening', () => {
  test('goes off the network with all its connections, and comes back on the same port', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    const client = await RawClient.connect(device.url)
    await device.goOffline()
    expect(await client.closed).toBe(1006)
    expect(await refusal(device.url)).toContain('ECONNREFUSED')
    await device.comeOnline()
    await device.comeOnline()
    await using again = await RawClient.connect(device.url)
    expect(await again.next()).toBe(open)
    expect(device.control.connected).toBe(1)
  })

  test('closes twice without complaint, frozen and silent connections notwithstanding', async () => {
    const device = await startSignSimulator({ key: rsaKey })
    const frozen = await RawClient.connect(device.url)
    device.control.freezeAll()
    const silent = connect(Number(new URL(device.url).port), '127.0.0.1')
    await once(silent, 'connect')
    await device.close()
    await device.close()
    expect(await frozen.closed).toBe(1006)
    silent.destroy()
  })

  test('serves one path when one is chosen', async () => {
    await using device = await startSignSimulator({ key: rsaKey, path: '/card' })
    expect(device.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/card$/)
    await using client = await RawClient.connect(device.url)
    expect(await client.next()).toBe(open)
    expect(await refusal(device.url.replace('/card', '/other'))).toContain('400')
  })

  test('says so when the port is taken', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    const port = Number(new URL(device.url).port)
    await expect(startSignSimulator({ key: rsaKey, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('asks plain HTTP to upgrade', async () => {
    await using device = await startSignSimulator({ key: rsaKey })
    const response = await fetch(device.url.replace('ws:', 'http:'))
    expect(response.status).toBe(426)
  })
})
