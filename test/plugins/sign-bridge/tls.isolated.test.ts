import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../../src/core/index.ts'
import type { BridgeSettings } from '../../../src/plugins/sign-bridge/config.ts'
import type { Device, DeviceState } from '../../../src/plugins/sign-bridge/device.ts'
import { placesAt } from '../../../src/plugins/sign-bridge/places.ts'
import { SignPool } from '../../../src/plugins/sign-bridge/pool.ts'
import { SimulatedControl } from '../../../src/plugins/sign-simulator/control.ts'
import { cardKey, pin, settings } from './rig.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-tls-'))
const file = (name: string): string => join(folder, name)
const openssl = (...args: string[]): void =>
  void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']

function makeAuthority(): void {
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Card room')
}

function makeCertificate(name: string, host: string): void {
  writeFileSync(file('host.cnf'), `subjectAltName=${host}`)
  const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`]
  openssl('req', ...newKey.slice(0, -2), ...request)
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
  openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-extfile', 'host.cnf', '-out', `${name}.pem`)
}

beforeAll(() => {
  makeAuthority()
  makeCertificate('here', 'IP:127.0.0.1')
  makeCertificate('control', 'DNS:wss.singlewindow.cn')
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'own.key',
    '-out',
    'own.pem',
    '-subj',
    '/CN=own',
    '-addext',
    'subjectAltName=IP:127.0.0.1'
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Site extends AsyncDisposable {
  readonly pool: SignPool
  readonly control: SimulatedControl
  /** The next time that the device has something to say in a state. */
  enters(state: DeviceState): Promise<Device>
}

/** A control behind TLS with one of the certificates, and a pool that uses it. */
async function connect(certificate: string, changes: Partial<BridgeSettings>): Promise<Site> {
  const server = createServer({
    key: readFileSync(file(`${certificate}.key`)),
    cert: readFileSync(file(`${certificate}.pem`))
  })
  const control = new SimulatedControl({ key: cardKey })
  new WebSocketServer({ server }).on('connection', socket => {
    const connection = control.admit().connect({
      send: frame => socket.send(frame),
      sendPart: part => socket.send(part),
      close: code => socket.close(code),
      cut: () => socket.terminate(),
      pause: () => socket.pause()
    })
    socket.on('message', (data: Buffer) => connection.receive(data.toString()))
    socket.on('close', () => connection.ended())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const bridgeSettings = {
    ...settings,
    certNos: [],
    maxConnecting: 4,
    deviceLease: false,
    reconnectMinMs: 1,
    reconnectMaxMs: 1,
    ...changes
  } as unknown as BridgeSettings
  let waiting: { readonly state: DeviceState; readonly resolve: (device: Device) => void }[] = []
  const pool = new SignPool({
    places: placesAt([`wss://127.0.0.1:${port}`], bridgeSettings, { clock: systemClock, state: undefined }),
    settings: { ...settings, reconnectMinMs: 1, reconnectMaxMs: 1 },
    clock: systemClock,
    changed: device => {
      for (const { resolve } of waiting.filter(one => one.state === device.state)) resolve(device)
      waiting = waiting.filter(one => one.state !== device.state)
    }
  })
  return {
    pool,
    control,
    enters: state => new Promise(resolve => void waiting.push({ state, resolve })),
    async [Symbol.asyncDispose]() {
      await pool.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

test('31: a control behind a private authority signs, and again after each of its restarts', async () => {
  await using site = await connect('here', { caFile: file('ca.pem') })
  for (const text of ['one', 'two', 'three']) {
    const { sign } = await site.pool.sign({ data: text, pin })
    expect(cardKey.verify(text, sign)).toBe(true)
    const gone = site.enters('connecting')
    site.control.cutAll()
    await gone
  }
})

test('31: the name that a certificate is for can be another than the host', async () => {
  await using site = await connect('control', {
    caFile: file('ca.pem'),
    tlsServerName: 'wss.singlewindow.cn'
  })
  const { sign } = await site.pool.sign({ data: 'hello', pin })
  expect(cardKey.verify('hello', sign)).toBe(true)
})

test('31: a self-signed certificate works when it is named itself', async () => {
  await using site = await connect('own', { caFile: file('own.pem') })
  const { sign } = await site.pool.sign({ data: 'hello', pin })
  expect(cardKey.verify('hello', sign)).toBe(true)
})

test.each([
  ['self-signed', 'own', {}, 'self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['of an unknown authority', 'here', {}, 'authority that is not trusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['of another authority', 'here', { caFile: 'own.pem' }, 'not trusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['for another host', 'control', { caFile: 'ca.pem' }, 'tlsServerName', 'ERR_TLS_CERT_ALTNAME_INVALID']
] as const)('31: a certificate that is %s is refused, and the status says why', async (...row) => {
  const [, certificate, changes, text, code] = row
  const caFile = 'caFile' in changes ? { caFile: file(changes.caFile) } : {}
  await using site = await connect(certificate, caFile)
  const { reason } = (await site.enters('connecting')).status()
  expect(reason).toContain(text)
  expect(reason).toContain(code)
  expect(site.control.counters.connections).toBe(0)
})

test('31: a caFile that cannot be used is named at the start', async () => {
  await expect(connect('here', { caFile: file('nowhere.pem') })).rejects.toThrow(/nowhere\.pem .*ENOENT/)
  writeFileSync(file('notes.txt'), 'no certificate')
  await expect(connect('here', { caFile: file('notes.txt') })).rejects.toThrow(
    /notes\.txt holds no certificate/
  )
})
