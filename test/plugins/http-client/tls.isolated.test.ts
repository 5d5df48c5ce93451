import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRig } from './rig.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-http-'))
let server: Server
let asked = 0

beforeAll(async () => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const name = ['-subj', '/CN=up.example.edu', '-addext', 'subjectAltName=DNS:up.example.edu']
  execFileSync('openssl', ['req', '-x509', ...key, '-keyout', 'key.pem', '-out', 'cert.pem', ...name], {
    cwd: folder,
    stdio: 'pipe'
  })
  const [cert, secret] = ['cert.pem', 'key.pem'].map(file => readFileSync(join(folder, file)))
  server = createServer({ cert, key: secret }, (_, response) => {
    asked++
    response.end('secure')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

const url = (host = 'up.example.edu'): string => `https://${host}:${(server.address() as AddressInfo).port}/`

test('a certificate that nobody vouches for is refused, and not tried again', async () => {
  await using rig = await startRig(() => undefined)
  const error = await rig.failed(rig.http.get(url()))
  expect([error.kind, error.sent, error.entry.key]).toEqual(['tls', false, 'upstream.unavailable'])
  expect(error.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  expect([asked, rig.count('retries_total')]).toEqual([0, 0])
})

test('the settings can say for which hosts it is not checked', async () => {
  await using rig = await startRig(() => undefined, { settings: { insecureHosts: ['up.example.edu'] } })
  expect((await rig.http.get(url())).data).toBe('secure')
  expect(await rig.failed(rig.http.get(url('other.example.edu')))).toMatchObject({ kind: 'tls' })
})

test('a port without TLS is a failure of TLS or of the connection, and nothing is sent', async () => {
  await using rig = await startRig((_, response) => response.end())
  const error = await rig.failed(rig.http.post(`https://up.example.edu:${rig.port}/`, 'secret'))
  expect(['tls', 'connect']).toContain(error.kind)
  expect([error.sent, rig.seen.length]).toEqual([false, 0])
})
