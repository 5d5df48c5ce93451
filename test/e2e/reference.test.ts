import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OpenApi, type OpenApiDocument, type OpenApiOperation } from '../../src/plugins/openapi/service.ts'
import { faultsOf, validatorOf } from '../plugins/openapi/document-faults.ts'
import { startEverything } from './everything-on.ts'

let started: Awaited<ReturnType<typeof startEverything>>
let document: OpenApiDocument
beforeAll(async () => {
  started = await startEverything()
  document = await started.app.getDecorator<OpenApi>(OpenApi.name).document()
})
afterAll(() => started[Symbol.asyncDispose]())

/** Routes that the document leaves out, and why. */
const undocumented: readonly (readonly [route: RegExp, reason: string])[] = [
  [/^GET \/(?:_spider|im)\/?$/, 'sockets: what is said on them is no HTTP'],
  [/^GET \/openapi(?:\.json|\/reference\.\w+)?$/, 'the document itself, and the page that shows it'],
  [/^(?:GET|POST) \/wechat_event(?:\/:account)?$/, 'called by WeChat alone, in its own protocol'],
  [/^GET \/v1\/scan\/(?:widget\.js|demo)/, 'a script and a page'],
  [/^(?:GET|POST) \/demo\/chat/, 'a page and what it calls'],
  [/^GET \/(?:_console\/.*)?$/, 'a page and what it calls']
]
/** Operations without a body, though their method could have one. */
const bodiless = new Set(['sessions.postAuthRotate', 'wechat-scan.postV1ScanRefresh'])

interface Media {
  readonly schema?: Readonly<Record<string, unknown>>
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>
}
interface Content {
  readonly content?: Readonly<Record<string, Media>>
}

const operations = (): [where: string, pointer: string, operation: OpenApiOperation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, OpenApiOperation] => [
      `${method.toUpperCase()} ${path}`,
      `/paths/${path.replaceAll('/', '~1')}/${method}`,
      operation
    ])
  )

/** The examples of a body or a parameter, wherever a document may have them. */
function examplesOf({ schema, example, examples = {} }: Media): unknown[] {
  const kept = document.components.examples as NonNullable<Media['examples']>
  const named = Object.values(examples).map(({ value, $ref }) =>
    $ref === undefined ? value : kept[$ref.replace('#/components/examples/', '')]?.value
  )
  const inSchema = (schema?.['examples'] ?? []) as unknown[]
  return [...(example === undefined ? [] : [example]), ...named, ...inSchema]
}

/** Everything in an operation that has a schema, with pointers to it. */
function mediaOf(pointer: string, operation: OpenApiOperation): [pointer: string, media: Media][] {
  const contentOf = (at: string, { content = {} }: Content): [string, Media][] =>
    Object.entries(content).map(([type, media]) => [`${at}/content/${type.replaceAll('/', '~1')}`, media])
  const { parameters = [], requestBody = {}, responses } = operation
  return [
    ...parameters.map((parameter, index): [string, Media] => [
      `${pointer}/parameters/${index}`,
      parameter as Media
    ]),
    ...contentOf(`${pointer}/requestBody`, requestBody),
    ...Object.entries(responses).flatMap(([status, response]) =>
      contentOf(`${pointer}/responses/${status}`, response as Content)
    )
  ]
}

/** What an operation keeps from its readers. */
function gapsOf(pointer: string, operation: OpenApiOperation): string[] {
  const { operationId, summary = '', tags, requestBody, responses } = operation
  const [, method = ''] = /\/(\w+)$/.exec(pointer) ?? []
  const content = ([, response]: [string, unknown]): Content => response as Content
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const shown = good.filter(([status]) => status !== '204').map(content)
  const failures = Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .map(content)
  // Some dialects answer failures with status 200, too.
  const kinds = [...failures, ...shown].flatMap(response =>
    Object.values(response.content ?? {}).flatMap(media => Object.keys(media.examples ?? {}))
  )
  const successes = shown
    .flatMap(response => Object.values(response.content ?? {}))
    .flatMap(({ examples, ...media }) => [
      ...examplesOf(media),
      ...Object.values(examples ?? {}).filter(({ $ref }) => $ref === undefined)
    ])
  return [
    ...(/^[a-z][\w-]*\.[a-z]\w*$/.test(operationId) ? [] : [`its id is ${operationId}`]),
    ...(summary === '' ? ['has no summary'] : []),
    ...(tags.length === 0 ? ['has no tag'] : []),
    ...(operation['x-access'] ? [] : ['does not say who may call it']),
    ...(/^(?:post|put|patch)$/.test(method) && !requestBody && !bodiless.has(operationId)
      ? ['has no schema of its body']
      : []),
    ...(good.length === 0 ? ['has no good answer'] : []),
    ...shown.filter(response => !response.content).map(() => 'has a good answer without a schema'),
    ...(shown.length > 0 && successes.length === 0 ? ['has no example of a good answer'] : []),
    ...(kinds.includes('internal') ? [] : ['has no failure']),
    ...mediaOf(pointer, operation).flatMap(([at, media]) => {
      const where = at.slice(pointer.length)
      const isEmpty = Object.keys(media.schema ?? {}).length === 0
      return [
        ...(isEmpty ? [`${where} has no schema`] : []),
        ...(examplesOf(media).length === 0 ? [`${where} has no example`] : [])
      ]
    })
  ]
}

test('the document has every route, but those with a reason', () => {
  const told = new Set(operations().map(([where]) => where))
  const routes = started.app.gateway.routes.flatMap(({ method, url }) =>
    method
      .split(',')
      .filter(each => each !== 'HEAD' && each !== 'OPTIONS')
      .map(each => `${each} ${url}`)
  )
  const absent = routes.filter(route => !told.has(route.replaceAll(/:(\w+)/g, '{$1}')))
  expect(absent.filter(route => !undocumented.some(([known]) => known.test(route)))).toEqual([])
  const idle = undocumented.filter(([known]) => !absent.some(route => known.test(route)))
  expect(idle).toEqual([])
  expect(told.size).toBeGreaterThan(35)
})

test('every operation has an id, a summary, a tag, schemas, examples and failures', () => {
  const gaps = operations().flatMap(([where, pointer, operation]) =>
    gapsOf(pointer, operation).map(gap => `${where}: ${gap}`)
  )
  expect(gaps).toEqual([])
  const ids = operations().map(([, , { operationId }]) => operationId)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  expect([...bodiless].filter(id => !ids.includes(id))).toEqual([])
})

test('every example fits its schema', () => {
  const fits = validatorOf(document)
  const wrong = operations().flatMap(([, at, operation]) =>
    mediaOf(at, operation).flatMap(([pointer, media]) =>
      examplesOf(media)
        .map(example => [pointer, example, fits(`${pointer}/schema`, example)] as const)
        .filter(([, , faults]) => (faults as unknown[]).length > 0)
    )
  )
  expect(wrong).toEqual([])
})

test('the document is one in OpenAPI 3.1', async () => {
  expect(faultsOf(document)).toEqual([])
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document) as never)
  expect([valid, errors, validator.version]).toEqual([true, undefined, '3.1'])
  const broken = { ...structuredClone(document), paths: { '/x': { get: { responses: [] } } } }
  expect((await new Validator().validate(broken as never)).valid).toBe(false)
})
