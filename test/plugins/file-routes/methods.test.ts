import { describe, expect, test } from 'vitest'
import { routeMethods } from '../../../src/plugins/file-routes/service.ts'
import { serve, type Files } from './rig.ts'

/** All sets of methods that a file may answer. */
const sets = Array.from({ length: 2 ** routeMethods.length - 1 }, (_, index) =>
  routeMethods.filter((_method, bit) => (index + 1) & (2 ** bit))
)
const asked = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const forms: Readonly<Record<string, (methods: readonly string[]) => string>> = {
  functions: methods =>
    methods
      .map(method => `const ${method}_ = () => '${method}'; export { ${method}_ as ${method} }`)
      .join('\n'),
  default: methods => `export default { ${bodies(methods)} }`,
  route: methods => `export const route = { ${bodies(methods)} }`,
  commonjs: methods => `exports.route = { ${bodies(methods)} }`
}

function bodies(methods: readonly string[]): string {
  return methods.map(method => `${method}() { return '${method}' }`).join(', ')
}

function allSets(form: string): Files {
  const end = form === 'commonjs' ? 'cjs' : 'js'
  return Object.fromEntries(
    sets.map(methods => [`${methods.join('-')}.${end}`, forms[form]?.(methods) ?? ''])
  )
}

/** The status, the value and `Allow` that each method has at the path of a set. */
function expected(methods: readonly string[]): unknown[] {
  const allow = routeMethods
    .filter(method => methods.includes(method))
    .flatMap(method => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ')
  return asked.map(method => {
    const name = method === 'HEAD' ? 'get' : method.toLowerCase()
    return methods.includes(name)
      ? [method, 200, method === 'HEAD' ? '' : name, undefined]
      : [method, 405, '', allow]
  })
}

describe.each(Object.keys(forms))('a file in the form %s', form => {
  test('answers the methods that it has, and 405 with Allow for all others', async () => {
    await using rig = await serve(allSets(form), { settings: { dialect: 'problem' } })
    for (const methods of sets) {
      const answers = await Promise.all(
        asked.map(async method => {
          const { statusCode, body, headers } = await rig.inject({ method, url: `/${methods.join('-')}` })
          return [method, statusCode, statusCode === 200 ? body : '', headers['allow']]
        })
      )
      expect(answers).toEqual(expected(methods))
    }
  })
})

const one = { 'card/[id].js': `export const get = () => 'card'` }

describe('a method that there is not', () => {
  test.for([
    ['problem', 405, { code: 'route.method', status: 405 }],
    ['plain', 405, { code: 405, msg: '调用方式不正确', data: false }],
    ['flask', 200, { error_code: 1007, message: '调用方式不正确', request: 'POST /card/1' }],
    ['ws3', 200, { success: false, code: 405, reason: '调用方式不正确' }]
  ] as const)(
    'is refused in the dialect %s, at a path with a parameter, too',
    async ([dialect, status, body]) => {
      await using rig = await serve(one, { settings: { dialect } })
      const answer = await rig.inject({ method: 'POST', url: '/card/1?x=y' })
      expect([answer.statusCode, answer.headers['allow'], answer.json()]).toMatchObject([
        status,
        'GET, HEAD',
        body
      ])
    }
  )

  test('is refused without api-error', async () => {
    await using rig = await serve(one, { errors: false })
    const answer = await rig.inject({ method: 'PUT', url: '/card/1' })
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD'])
    expect((await rig.inject({ method: 'HEAD', url: '/card/1' })).statusCode).toBe(200)
  })

  test('is refused before its body is read', async () => {
    await using rig = await serve(one, { settings: { dialect: 'problem', maxBodyBytes: 10 } })
    const headers = { 'content-type': 'application/unknown' }
    const answer = await rig.inject({ method: 'PUT', url: '/card/1', headers, payload: 'x'.repeat(100) })
    expect(answer.statusCode).toBe(405)
  })
})

describe('a path without a file', () => {
  test.for([
    ['problem', 404, { code: 'route.not_found' }],
    ['plain', 404, { code: 404, data: false }],
    ['flask', 200, { error_code: 1002 }],
    ['ws3', 200, { success: false, code: 404, reason: '内容不存在' }]
  ] as const)(
    'is not found, in the dialect %s if api-error says so of the prefix',
    async ([dialect, status, body]) => {
      await using rig = await serve(one, {
        settings: { prefix: '/api' },
        errors: { prefixes: { '/api': dialect } }
      })
      for (const url of ['/api/none', '/api/card', '/api/card/1/2', '/api']) {
        const answer = await rig.inject(url)
        expect([answer.statusCode, answer.json()]).toMatchObject([status, body])
      }
    }
  )

  test('is not found without api-error', async () => {
    await using rig = await serve(one, { errors: false })
    expect((await rig.inject('/none')).statusCode).toBe(404)
  })
})
