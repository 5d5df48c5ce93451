import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StartupError } from '../../src/core/index.ts'
import { resolveGateway } from '../../src/resolve/resolve.ts'
import { directoryWith } from '../settings/files.ts'
import { builtins } from './plugins.ts'

const config = `server:
  port: "3000"
plugins:
  cach: true
  cache:
    ttlMS: 5
    eviction: oldset
  sign-bridge: {}
  archive: true
`

test('ten mistakes of ten kinds are one report with ten entries', async () => {
  using directory = directoryWith({ 'paifang.config.yaml': config, secret: 'short\n' })
  const env = {
    PAIFANG_SERVER_PROT: '80',
    PAIFANG_CACHE_TAGS: 'a,b',
    PAIFANG_CACHE_TAGS_FILE: '/run/secrets/tags',
    PAIFANG_CACHE_POOL_SIZE_FILE: '/run/secrets/pool-size',
    PAIFANG_SIGN_BRIDGE_TOKEN_FILE: join(directory.path, 'secret'),
    PAIFANG_CACH_TTL_MS: '5'
  }
  const { problems } = await resolveGateway({ builtins, cwd: directory.path, env })
  expect(problems).toHaveLength(10)
  const report = new StartupError(problems).message.replaceAll(directory.path, '<dir>')
  const golden = join(import.meta.dirname, 'ten-mistakes.txt')
  expect(`${report}\n`).toBe(readFileSync(golden, 'utf8'))
})
