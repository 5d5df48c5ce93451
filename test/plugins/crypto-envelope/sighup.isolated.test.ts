import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildApp } from './build-app.ts'

test('SIGHUP reads the keys file at once, and nobody listens to it after the close', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'paifang-sighup-'))
  const keysFile = join(directory, 'keys.yaml')
  const write = (kid: string): void =>
    writeFileSync(keysFile, `${kid}: { key: ${Buffer.alloc(32, 1).toString('base64')} }\n`)
  try {
    write('one')
    const before = process.listenerCount('SIGHUP')
    const gateway = await buildApp(() => undefined, { config: { keysFile } })
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    write('two')
    process.kill(process.pid, 'SIGHUP')
    await expect.poll(() => gateway.envelope.status()[0]?.keys).toEqual(['two'])
    await gateway.app.close()
    expect(process.listenerCount('SIGHUP')).toBe(before)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
