import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createGateway, definePlugin, problemCodes, service, type ProblemCode } from '../../src/core/index.ts'
import { failureOf } from './kernel.ts'

const One = service<object>('one')
const Two = service<object>('two')
const Settings = Type.Object({ size: Type.Integer(), on: Type.Boolean({ default: true }) })
const sized = definePlugin({ name: 'sized', description: '', config: Settings, setup: () => {} })
const one = definePlugin({ name: 'one', description: '', provides: One, setup: () => ({}) })
const other = definePlugin({ name: 'other', description: '', provides: One, setup: () => ({}) })
const needy = definePlugin({ name: 'needy', description: '', needs: { one: One }, setup: () => {} })
const yin = definePlugin({
  name: 'yin',
  description: '',
  needs: { two: Two },
  provides: One,
  setup: () => ({})
})
const yang = definePlugin({
  name: 'yang',
  description: '',
  needs: { one: One },
  provides: Two,
  setup: () => ({})
})
const failing = definePlugin({
  name: 'failing',
  description: '',
  setup: () => {
    throw new Error('no')
  }
})
const slow = definePlugin({ name: 'slow', description: '', setup: () => new Promise<void>(() => {}) })
const alike = definePlugin({
  name: 'alike',
  description: '',
  config: Type.Object({ 'a-b': Type.Optional(Type.String()), aB: Type.Optional(Type.String()) }),
  setup: () => {}
})

const builtins = [sized, one, other, needy, yin, yang, failing, slow, alike]
const good = { sized: { size: 1 } }

interface Mistake {
  readonly config?: unknown
  readonly plugins?: object
  readonly server?: object
  readonly env?: NodeJS.ProcessEnv
  readonly configFile?: string
}

/** One mistake for every code. A code without one does not compile. */
const mistakes: Readonly<Record<ProblemCode, Mistake>> = {
  CONFIG_UNREADABLE: { configFile: '/nowhere/paifang.config.yaml' },
  CONFIG_UNKNOWN_KEY: { plugins: { sized: { size: 1, sze: 1 } } },
  CONFIG_BAD_VALUE: { plugins: { sized: { size: 'big' } } },
  CONFIG_MISSING: { plugins: { sized: true } },
  ENV_UNKNOWN: { env: { PAIFANG_SIZED_SZE: '1' } },
  ENV_CONFLICT: { env: { PAIFANG_SIZED_ON: 'true', PAIFANG_SIZED_ON_FILE: '/nowhere' } },
  ENV_AMBIGUOUS: { plugins: { alike: true } },
  SECRET_UNREADABLE: { env: { PAIFANG_SIZED_ON_FILE: '/nowhere' } },
  PLUGIN_UNKNOWN: { plugins: { szed: true } },
  PLUGIN_INVALID: { plugins: { mine: { use: './nowhere.js' } } },
  PLUGIN_DUPLICATE: { plugins: { sized: { size: 1 }, again: { use: sized, size: 1 } } },
  SERVICE_MISSING: { plugins: { needy: true } },
  SERVICE_CONFLICT: { plugins: { one: true, other: true } },
  DEPENDENCY_CYCLE: { plugins: { yin: true, yang: true } },
  PLUGIN_FAILED: { plugins: { failing: true } },
  PLUGIN_TIMEOUT: { plugins: { slow: true }, server: { startTimeoutMs: 20 } },
  LISTEN_FAILED: { server: { adminPort: -1 } }
}

test.for(Object.keys(problemCodes) as ProblemCode[])(
  '%s has a mistake that causes it, and it alone',
  async code => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { plugins = good, env = {}, configFile } = mistakes[code]
    const adminPort = code === 'LISTEN_FAILED' ? { adminPort: (blocker.address() as AddressInfo).port } : {}
    const server = { logLevel: 'silent', ...mistakes[code].server, ...adminPort }
    const source = configFile ? { configFile } : { config: { server, plugins } }
    const { problems } = await failureOf(createGateway({ builtins, env, ...source }))
    expect(problems.map(problem => problem.code)).toEqual([code])
    expect(problems[0]?.where).not.toBe('')
    blocker.close()
  }
)

test('every code says what it means in one sentence', () => {
  for (const meaning of Object.values(problemCodes)) expect(meaning).toMatch(/^[A-Z`].*\.$/)
})
