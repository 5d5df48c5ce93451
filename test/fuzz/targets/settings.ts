import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Ajv } from 'ajv'
import { parseDocument } from 'yaml'
import { routeText } from '../../../src/plugins/related/service.ts'
import { resolveGateway, type Resolution } from '../../../src/resolve/resolve.ts'
import { builtins } from '../../../src/server.ts'
import { problemCodes, StartupError } from '../../../src/settings/problems.ts'
import { redact } from '../../../src/settings/schema.ts'
import { attempt, holds, keepsSecret, secret, type Target } from '../target.ts'

const file: Target = {
  name: 'config-file',
  words: [
    'plugins:',
    'server:',
    ': ',
    '- ',
    '{ ',
    '? ',
    '&a ',
    '*a',
    '!!binary ',
    '<<: *a',
    '|\n',
    '---\n',
    'true',
    '__proto__: '
  ],
  cost: 25,
  maxBytes: 4_096,
  prepare() {
    const directory = mkdtempSync(join(tmpdir(), 'fuzz-config-'))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    const configFile = join(directory, 'paifang.config.yaml')
    return async input => {
      // A module that is named would be loaded.
      if (/\buse\b/.test(input.toString('latin1'))) return
      writeFileSync(configFile, input)
      const resolution = await resolveGateway({ configFile, cwd: directory, env: {}, builtins })
      soundResolution(resolution, isMarked(input.toString()))
    }
  }
}

const environment: Target = {
  name: 'environment',
  words: [
    'PAIFANG_',
    '_FILE=',
    '=',
    '\n',
    '"',
    '[',
    '{',
    ',',
    'true',
    'PAIFANG_SERVER_PORT=',
    'PORT=',
    'on',
    '1e5'
  ],
  cost: 25,
  maxBytes: 4_096,
  prepare: () => async input => {
    const text = input.toString()
    if (/_FILE/.test(text)) return
    const config = { plugins: { 'sse-hub': true, 'token-auth': { enabled: true }, 'im-ws-gateway': true } }
    const env = parseEnv(text)
    const resolution = await resolveGateway({ config, env, builtins })
    const marked = Object.entries(env).filter(
      ([name, value]) => name.endsWith('SECRET') && value?.includes(secret)
    )
    const isKept = marked.length === text.split(secret).length - 1
    soundResolution(resolution, isKept)
  }
}

/** @param hasMarked whether the {@link secret} stands only where the schema says that a secret is */
function soundResolution({ problems, view, values }: Resolution, hasMarked: boolean): void {
  for (const { code, where, message, position } of problems) {
    holds(Object.hasOwn(problemCodes, code), 'a problem of no known kind')
    holds(typeof where === 'string' && message !== '', 'a problem without a place or a text')
    holds(position === undefined || /:\d+:\d+$/.test(position), 'a position is none')
    if (code === 'CONFIG_UNREADABLE' || hasMarked) keepsSecret([where, message])
  }
  const error = new StartupError(problems)
  holds(error.exitCode === 78, 'settings that are wrong are no fault of the settings')
  if (hasMarked) keepsSecret(error)
  // Only settings that are right are ever shown.
  if (hasMarked && problems.length === 0) keepsSecret(redact(view, values))
}

const secretNames = new Set(['legacyKey', 'secret', 'password', 'appSecret', 'encodingAesKey', 'guardSecret'])

/** Whether each secret of a document is the value of a setting for secrets. */
function isMarked(text: string): boolean {
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0) return true
  let marked = 0
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string' && value.includes(secret) && secretNames.has(name)) marked++
    if (typeof value !== 'object' || value === null) return
    for (const [key, each] of Object.entries(value)) walk(each, Array.isArray(value) ? '' : key)
  }
  const settings = attempt(() => document.toJS() as { plugins?: object }, Error)
  if ('refused' in settings) return true
  // Of a plugin that is not there nobody knows what its settings are.
  for (const [id, entry] of Object.entries(settings.value?.plugins ?? {}))
    if (builtins.some(plugin => Reflect.get(plugin, Symbol.for('plugin-meta'))?.name === id)) walk(entry, '')
  return marked > 0 && marked === text.split(secret).length - 1
}

const route: Target = {
  name: 'route-text',
  words: [
    '{',
    '}',
    '?',
    ': integer',
    '1..100',
    '..',
    "'a b'|'c'",
    '[]',
    '= 1',
    '(x)',
    'date',
    '一',
    '|',
    'constructor'
  ],
  prepare() {
    const ajv = new Ajv({ formats: { date: true }, addUsedSchema: false })
    return input => {
      const text = input.toString('utf8')
      const outcome = attempt(() => routeText(text), TypeError)
      if ('refused' in outcome) {
        holds(/wrong at \d+: /.test(outcome.refused.message), 'it does not say where')
        holds(outcome.refused.message.length <= 2_400, 'an error is longer than the text may be')
        return
      }
      const { summary, parameters } = outcome.value
      holds(text.length <= 2_000 && !/[\r\n]/.test(summary), 'a summary has lines')
      if (!parameters) return
      holds(ajv.validateSchema(parameters) === true, 'the schema is none')
      for (const [name, schema] of Object.entries(parameters.properties)) {
        holds(!(name in Object.prototype), 'a parameter has a name that all objects have')
        holds(
          parameters.required.includes(name) || schema.default !== undefined || text.includes('?'),
          'it may be missing'
        )
        if (schema.default === undefined || Object.keys(parameters.properties).length > 8) continue
        const { default: value, ...rest } = schema as unknown as Record<string, unknown>
        const fits = new Ajv({ formats: { date: true } }).compile(rest)
        holds(fits(value), 'a default does not fit its own parameter')
      }
    }
  }
}

export const settings: readonly Target[] = [file, environment, route]
