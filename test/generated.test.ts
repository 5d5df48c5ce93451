import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorReference, pluginReference, routeReference } from '../src/cli/docs.ts'
import { envFile } from '../src/cli/env.ts'
import { configSchema } from '../src/cli/schema.ts'
import { builtins } from '../src/server.ts'

// When one of these fails: npm run generate.

test('.env.example holds every variable', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(envFile(builtins))
})

test('no setting has the variable by which the value of another would be read from a file', () => {
  const lines = readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z]\w*)=/gm)
  const names = new Set([...lines].map(([, name = '']) => name))
  expect(names.size).toBeGreaterThan(200)
  // It holds the same either way, and who names it wants it watched: `keysFile` of crypto-envelope.
  const harmless = ['PAIFANG_CRYPTO_ENVELOPE_KEYS']
  expect([...names].filter(name => names.has(`${name}_FILE`))).toEqual(harmless)
})

test('paifang.schema.json is the schema of all settings', () => {
  expect(JSON.parse(readFileSync('paifang.schema.json', 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(configSchema(builtins)))
  )
})

test('docs/plugins.md lists every setting', () => {
  expect(readFileSync('docs/plugins.md', 'utf8')).toBe(pluginReference(builtins))
})

test('docs/errors.md lists every error', async () => {
  expect(readFileSync('docs/errors.md', 'utf8')).toBe(await errorReference(builtins))
})

test('docs/routes.md lists every route, and who may call it', async () => {
  const page = await routeReference(builtins)
  expect(readFileSync('docs/routes.md', 'utf8')).toBe(page)
  expect(page).not.toMatch(/\| *\|$/m)
})
