import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-keys-'))
const keysFile = join(folder, 'keys.json')
const env = { PORT: '0', PAIFANG_DATABASE_FILE: join(folder, 'paifang.db') }
afterAll(() => rmSync(folder, { recursive: true }))

function write(kid: string): void {
  const key = Buffer.alloc(32, kid).toString('base64')
  writeFileSync(keysFile, JSON.stringify({ [kid]: { key } }))
}

test('SIGHUP has the keys read again, and the gateway runs on', async () => {
  write('one')
  const more = {
    PAIFANG_CRYPTO_ENVELOPE_KEYS_FILE: keysFile,
    PAIFANG_CRYPTO_ENVELOPE_KEYS_POLL_MS: '3600000'
  }
  await using gateway = run('server.js', [], { env: { ...env, ...more } })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  write('two')
  gateway.child.kill('SIGHUP')
  await gateway.until(/"keys":\{"default":\["two"\].*the keys were read again/)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
})
