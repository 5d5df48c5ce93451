import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { Catalogue } from '../../../../src/plugins/api-error/catalogue.ts'
import { makeDialects, type DialectOptions } from '../../../../src/plugins/api-error/dialects/index.ts'
import type { Problem, Success } from '../../../../src/plugins/api-error/dialects/outcome.ts'
import { build } from '../build.ts'

const ws3 = { falsyAs404: false, errorsAs400: false, unknownAs400: false, texts: 'ws3' } as const
const options = (
  shape: DialectOptions['flask']['shape'],
  status: 'mirror' | 'always200'
): DialectOptions => ({
  plain: { status },
  flask: { shape, status },
  ws3
})
const all = [
  options('both', 'mirror'),
  options('code-msg', 'always200'),
  options('error_code-message', 'always200')
].flatMap(each => Object.values(makeDialects(each)))

const related = [{ url: '/a', get: 'A', delete: 'D' }]
const bare: Omit<Problem, 'entry'> = {
  ok: false,
  locale: 'en',
  fields: [],
  method: 'GET',
  path: '/p',
  requestId: 'r'
}
const full: Omit<Problem, 'entry'> = {
  ...bare,
  reason: 'why',
  detail: 'what',
  fields: [{ path: '/a', code: 'type', message: 'must be' }],
  retryAfter: 1,
  related,
  debug: { causes: [] }
}

/** Tells what is wrong with what a dialect writes, as it is sent. */
function faultFinder(schema: object): (body: unknown) => unknown {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)
  return body => (validate(JSON.parse(JSON.stringify(body))) ? [] : validate.errors)
}

describe.each(all.map(dialect => [dialect.name, dialect] as const))('the schemas of %s', (_name, dialect) => {
  const faultsOfFailure = faultFinder(dialect.schemas.failure)

  test('fit every failure of the catalogue', () => {
    for (const entry of new Catalogue().list())
      for (const problem of [bare, full])
        expect(faultsOfFailure(dialect.body({ ...problem, entry }))).toEqual([])
  })

  test('fit successes, and neither is the other', () => {
    const data = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false }
    const faultsOf = faultFinder(dialect.schemas.success(data))
    const extras = {
      stale: { ageMs: 1, reason: 'x' },
      page: { total: 1, page: 1, size: 1 },
      message: 'm',
      related
    }
    for (const value of [{ a: 1 }, {}])
      for (const extra of [{}, extras]) {
        const success: Success = { ok: true, data: value, status: 200, url: '/', ...extra }
        const body = dialect.dataKey === undefined ? value : dialect.body(success)
        expect(faultsOf(body)).toEqual([])
        expect(faultsOfFailure(body)).not.toEqual([])
      }
    const [entry] = new Catalogue().list()
    if (!entry) throw new Error('the catalogue is empty')
    expect(faultsOf(dialect.body({ ...full, entry }))).not.toEqual([])
    expect(faultsOf(dialect.body({ ok: true, data: { a: 'x' }, status: 200, url: '/' }))).not.toEqual([])
  })

  test('say whether every status is 200', () => {
    const statuses = new Catalogue().list().map(entry => dialect.status({ ...bare, entry }))
    expect(statuses.every(status => status === 200)).toBe(dialect.always200)
  })
})

test('the answers of a route are those of its dialect, whoever decides about it', async () => {
  const told: Record<string, unknown> = {}
  await using app = await build({
    config: { dialect: 'plain', prefixes: { '/ws3': 'ws3' } },
    routes(routes, errors) {
      const added: Parameters<typeof errors.answersOf>[0][] = []
      routes.addHook('onRoute', route => void added.push(route))
      routes.get('/', () => 1)
      routes.get('/ws3/a', () => 1)
      routes.get('/own', { config: { dialect: 'problem' } }, () => 1)
      routes.register(async child => {
        errors.dialectFor(child, 'flask')
        child.get('/child', () => 1)
      })
      routes.addHook('onReady', async () => {
        for (const route of added) {
          const { dialect, failureType, always200 } = errors.answersOf(route)
          told[route.url] = [dialect, failureType, always200]
        }
        told['unknown'] = errors.answersOf({ url: '/ws3/b', method: 'GET', handler: () => 1 }).dialect
      })
    }
  })
  await app.ready()
  expect(told).toEqual({
    '/': ['plain', 'application/json', false],
    '/ws3/a': ['ws3', 'application/json', true],
    '/own': ['problem', 'application/problem+json', false],
    '/child': ['flask', 'application/json', true],
    unknown: 'ws3'
  })
})
