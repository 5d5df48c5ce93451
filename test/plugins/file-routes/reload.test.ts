import { describe, expect, test } from 'vitest'
import cache from '../../../src/plugins/cache/index.ts'
import { definePlugin } from '../../../src/core/index.ts'
import tokenAuth from '../../../src/plugins/token-auth/index.ts'
import { until } from '../sessions/rig.ts'
import { serve, type Files, type Rig, type RigOptions } from './rig.ts'

const broken = `throw new SyntaxError('broken')`
const says = (text: string): string => `export const get = () => '${text}'`

/** A gateway that takes over changes when it is told to, and what it has logged. */
async function watching(
  files: Files,
  options: RigOptions = {}
): Promise<Rig & { readonly said: () => string[]; change(files: Files): Promise<void> }> {
  const logs: string[] = []
  const rig = await serve(files, { ...options, logs, settings: { watch: true, ...options.settings } })
  return Object.assign(rig, {
    said: () =>
      logs
        .map(line => JSON.parse(line) as { level: number; msg: string })
        .filter(({ level }) => level >= 40)
        .map(({ msg }) => msg),
    async change(changed: Files) {
      for (const [file, text] of Object.entries(changed)) rig.write(file, text)
      await rig.files.reload()
    }
  })
}

const codeOf = async (rig: Rig, url: string, method = 'GET'): Promise<unknown> =>
  (await rig.inject({ method: method as 'GET', url })).json<{ code: unknown }>().code

describe('a change', () => {
  test('of a function is there at once', async () => {
    await using rig = await watching({ 'a.js': says('old'), 'b.js': says('other') })
    await rig.change({ 'a.js': says('new') })
    expect(await rig.get('/a')).toMatchObject({ result: 'new' })
    expect(await rig.get('/b')).toMatchObject({ result: 'other' })
    await rig.change({ 'a.js': says('newer') })
    expect(await rig.get('/a')).toMatchObject({ result: 'newer' })
    expect(rig.said()).toEqual([])
  })

  test('of what a method takes is there at once', async () => {
    const text = (meta: string): string => `export const get = p => p; export const meta = { get: '${meta}' }`
    await using rig = await watching({ 'a.js': text('{ id: integer } One') })
    expect(await rig.get('/a')).toMatchObject({ code: 400 })
    await rig.change({ 'a.js': text('{ page?=1 } Many') })
    expect(await rig.get('/a')).toMatchObject({ result: { page: 1 } })
    await rig.change({ 'a.js': 'export const get = p => p' })
    expect(await rig.get('/a?x=1')).toMatchObject({ result: { x: '1' } })
  })

  test('may add methods and take others away', async () => {
    await using rig = await watching({ 'a.js': says('get') })
    await rig.change({
      'a.js': `export const post = p => p; export const meta = { post: '{ n?=1 } A number' }`
    })
    expect((await rig.inject({ method: 'POST', url: '/a' })).json()).toMatchObject({ result: { n: 1 } })
    const refused = await rig.inject('/a')
    expect([refused.json(), refused.headers['allow']]).toMatchObject([{ code: 405 }, 'POST'])
    expect(await codeOf(rig, '/a', 'DELETE')).toBe(405)
    await rig.change({ 'a.js': says('again') })
    expect((await rig.inject({ method: 'HEAD', url: '/a' })).statusCode).toBe(200)
    expect(await rig.get('/a')).toMatchObject({ result: 'again' })
  })

  test('of what is cached for a whole route is there for what is not cached yet', async () => {
    const text = (word: string): string =>
      `export const get = ({ n }) => '${word}' + n; export const config = { cache: '1h' }`
    await using rig = await watching({ 'a.js': text('old') }, { plugins: { cache: { use: cache } } })
    expect(await rig.get('/a?n=1')).toMatchObject({ result: 'old1' })
    await rig.change({ 'a.js': text('new') })
    expect(await rig.get('/a?n=1')).toMatchObject({ result: 'old1' })
    expect(await rig.get('/a?n=2')).toMatchObject({ result: 'new2' })
    expect((await rig.inject('/a?n=2')).headers['cache-status']).toContain('hit')
  })

  test('of CommonJS is there at once, too', async () => {
    await using rig = await watching({ 'a.cjs': `exports.route = { get() { return 'old' } }` })
    await rig.change({ 'a.cjs': `exports.route = { get() { return 'new' } }` })
    expect(await rig.get('/a')).toMatchObject({ result: 'new' })
  })
})

describe('a file that goes', () => {
  test('is not found any more, and comes back', async () => {
    await using rig = await watching({ 'a.js': says('a'), 'b/[id].js': says('b') })
    rig.remove('a.js')
    rig.remove('b')
    await rig.files.reload()
    for (const url of ['/a', '/b/1']) expect(await codeOf(rig, url)).toBe(404)
    expect(rig.files.routes()).toEqual([])
    await rig.change({ 'a.js': says('back') })
    expect(await rig.get('/a')).toMatchObject({ result: 'back' })
  })

  test('may leave its path to another', async () => {
    await using rig = await watching({ 'a.js': says('file') })
    rig.remove('a.js')
    await rig.change({ 'a/index.js': says('directory') })
    expect(await rig.get('/a')).toMatchObject({ result: 'directory' })
    expect(rig.files.routes()).toEqual([{ file: 'a/index.js', url: '/a', methods: ['get'] }])
  })
})

describe('a file that comes', () => {
  const echo = `export function get(params) { return [params, this.path] }; export const post = p => p
    export const meta = { post: '{ n: integer } A number' }`

  test('is served, wherever it is', async () => {
    await using rig = await watching({ 'a.js': says('a') })
    await rig.change({ 'new.js': says('new'), 'deep/er/[id].js': echo, 'index.js': says('root') })
    expect(await rig.get('/new')).toEqual({ success: true, code: 200, result: 'new' })
    expect(await rig.get('/')).toMatchObject({ result: 'root' })
    expect(await rig.get('/deep/er/a%20b?q=1')).toMatchObject({ result: [{ q: '1' }, { id: 'a b' }] })
    expect(await rig.get('/a')).toMatchObject({ result: 'a' })
    expect(rig.files.routes().map(({ url }) => url)).toEqual(['/', '/a', '/deep/er/:id', '/new'])
    expect(rig.said()).toEqual([])
  })

  test('is served like those of the start', async () => {
    await using rig = await watching({})
    await rig.change({ '[id].js': echo })
    const post = (payload: object) => rig.inject({ method: 'POST', url: '/1', payload })
    expect((await post({ n: 1 })).json()).toMatchObject({ result: { n: 1 } })
    expect((await post({ n: '1' })).json()).toMatchObject({ code: 400 })
    const refused = await rig.inject({ method: 'PUT', url: '/1' })
    expect([refused.json(), refused.headers['allow']]).toMatchObject([{ code: 405 }, 'GET, HEAD, POST'])
    const head = await rig.inject({ method: 'HEAD', url: '/1' })
    expect([head.statusCode, head.body]).toEqual([200, ''])
  })

  test('leaves all other paths as they are', async () => {
    await using rig = await watching({ 'a.js': says('a') })
    const before = await rig.inject('/none/of/them')
    await rig.change({ 'new.js': says('new') })
    const after = await rig.inject('/none/of/them')
    expect([after.statusCode, after.headers['content-type']]).toEqual([404, before.headers['content-type']])
    expect((await rig.inject('/readyz')).json()).toMatchObject({ status: 'ok' })
    expect((await rig.inject({ method: 'POST', url: '/readyz' })).statusCode).toBe(405)
  })

  test('may change and go like others', async () => {
    await using rig = await watching({})
    await rig.change({ 'new.js': says('new') })
    await rig.change({ 'new.js': says('newer') })
    expect(await rig.get('/new')).toMatchObject({ result: 'newer' })
    rig.remove('new.js')
    await rig.files.reload()
    expect((await rig.inject('/new')).statusCode).toBe(404)
  })

  test('is served without api-error, too', async () => {
    await using rig = await watching({}, { errors: false })
    await rig.change({ 'new.js': says('new') })
    expect((await rig.inject('/new')).body).toBe('new')
    expect((await rig.inject({ method: 'POST', url: '/new' })).statusCode).toBe(405)
  })
})

describe('a file that is broken', () => {
  test('goes on as it was, is told of once, and is served when it is mended', async () => {
    await using rig = await watching({ 'a.js': says('good'), 'b.js': says('b') })
    await rig.change({ 'a.js': broken, 'b.js': says('new b'), 'c.js': broken })
    expect(await rig.get('/a')).toMatchObject({ result: 'good' })
    expect(await rig.get('/b')).toMatchObject({ result: 'new b' })
    expect((await rig.inject('/c')).statusCode).toBe(404)
    expect(rig.said()).toEqual([
      expect.stringMatching(
        /^a\.js: cannot be loaded: SyntaxError: broken; what was there before goes on$/
      ) as string,
      'c.js: cannot be loaded: SyntaxError: broken; it is not served'
    ])
    await rig.change({ 'b.js': says('newer b') })
    expect(rig.said()).toHaveLength(2)
    await rig.change({ 'a.js': says('mended'), 'c.js': says('c') })
    expect(await rig.get('/a')).toMatchObject({ result: 'mended' })
    expect(await rig.get('/c')).toMatchObject({ result: 'c' })
    await rig.change({ 'a.js': broken })
    expect(rig.said()).toHaveLength(3)
  })

  test.for([
    ['exports nothing', 'export const x = 1'],
    ['has a text that is none', `${says('x')}; export const meta = { get: '{' }`],
    ['has a member that the context has', `export default { get() {}, user: 1 }`]
  ] as const)('because it %s', async ([, text]) => {
    await using rig = await watching({ 'a.js': says('good') })
    await rig.change({ 'a.js': text })
    expect(await rig.get('/a')).toMatchObject({ result: 'good' })
    expect(rig.said()).toHaveLength(1)
  })

  test('because another has its path goes on as well', async () => {
    await using rig = await watching({ 'b.js': says('first'), 'c/[id].js': says('id') })
    await rig.change({ 'b.cjs': `exports.get = () => 'second'`, 'c/[name].js': says('name') })
    expect(await rig.get('/b')).toMatchObject({ result: 'first' })
    expect(await rig.get('/c/1')).toMatchObject({ result: 'id' })
    expect(rig.said().map(text => text.split(';')[0])).toEqual([
      'b.cjs, b.js: both answer at /b',
      'c/[id].js, c/[name].js: two names for one parameter: /c/:id and /c/:name'
    ])
  })

  test('and all files go on when the directory cannot be read', async () => {
    await using rig = await watching({ 'a.js': says('a') })
    rig.remove('')
    await rig.files.reload()
    expect(await rig.get('/a')).toMatchObject({ result: 'a' })
    expect(rig.said()).toEqual(['the route files cannot be read: they go on as they were'])
    await rig.change({ 'a.js': says('back') })
    expect(await rig.get('/a')).toMatchObject({ result: 'back' })
  })
})

describe('what other plugins must see takes a restart', () => {
  const withConfig = (config: string, text = 'x'): string => `${says(text)}; export const config = ${config}`
  const response = (type: string): string =>
    `${says('x')}; export const schema = { get: { response: { 200: { type: '${type}' } } } }`

  test.for([
    ['a changed config', withConfig(`{ dialect: 'ws3' }`, 'old'), withConfig(`{ dialect: 'plain' }`, 'new')],
    ['a config that goes', withConfig(`{ dialect: 'ws3' }`, 'old'), says('new')],
    ['another schema of answers', response('string').replace("'x'", "'old'"), response('integer')]
  ] as const)('%s', async ([, before, after]) => {
    await using rig = await watching({ 'a.js': before })
    await rig.change({ 'a.js': after })
    expect(await rig.get('/a')).toMatchObject({ result: 'old' })
    expect(rig.said()).toEqual([
      'a.js: its config or the schema of its answers has changed, which takes a restart; what was there before goes on'
    ])
    await rig.change({ 'a.js': before.replace('old', 'changed') })
    expect(await rig.get('/a')).toMatchObject({ result: 'changed' })
  })

  test('a config of a method or a file that is new', async () => {
    await using rig = await watching({ 'a.js': says('old') })
    const post = `${says('new')}; export const post = () => 1; export const config = { post: { auth: 'required' } }`
    await rig.change({ 'a.js': post, 'b.js': withConfig(`{ auth: 'required' }`) })
    expect(await rig.get('/a')).toMatchObject({ result: 'old' })
    expect((await rig.inject('/b')).statusCode).toBe(404)
    expect(rig.said()).toEqual([
      'a.js: its post has a config or a schema of answers, which takes a restart; what was there before goes on',
      'b.js: its get has a config or a schema of answers, which takes a restart; it is not served'
    ])
  })

  test('but not functions in it that are the same by their text', async () => {
    const text = (word: string): string =>
      withConfig(`{ authorize: principal => principal.id === 'ann' }`, word)
    await using rig = await watching({ 'a.js': text('old') })
    await rig.change({ 'a.js': text('new') })
    expect(await rig.get('/a')).toMatchObject({ result: 'new' })
  })

  test('a path that a token is needed for', async () => {
    const options = { plugins: { 'token-auth': { use: tokenAuth, prefixes: ['/v1'], strict: false } } }
    await using rig = await watching({ 'v1/a.js': says('a') }, options)
    const code = async (url: string): Promise<number> => (await rig.inject(url)).statusCode
    await rig.change({
      'v1/a.js': `${says('a')}; export const post = () => 'open?'`,
      'v1/b.js': says('open?'),
      'c.js': says('c')
    })
    expect([await code('/v1/b'), await code('/c')]).toEqual([404, 200])
    expect(await codeOf(rig, '/v1/a', 'POST')).toBe(405)
    const said = rig.said().filter(line => line.includes('.js'))
    expect(said.map(line => line.split(',')[0])).toEqual([
      'v1/a.js: POST /v1/a is to be guarded',
      'v1/b.js: GET /v1/b is to be guarded'
    ])
  })

  test('a path that something else answers', async () => {
    const other = definePlugin({
      name: 'other',
      description: '',
      setup: app => void app.get('/other/*', () => 'other')
    })
    await using rig = await watching({ '[id].js': says('id') }, { plugins: { other: { use: other } } })
    await rig.change({ 'static.js': says('static'), 'other/x.js': says('x') })
    expect(await rig.get('/static')).toMatchObject({ result: 'id' })
    expect((await rig.inject('/other/x')).body).toBe('other')
    expect(rig.said().map(line => line.split(',')[0])).toEqual([
      'other/x.js: GET /other/x is answered by another route',
      'static.js: GET /static is answered by another route'
    ])
  })
})

describe('watching', () => {
  test('takes over what comes, changes and goes in the directories, also in those that are new', async () => {
    await using rig = await watching({ 'a.js': says('a') })
    const has = async (url: string, result: unknown): Promise<void> => {
      for (;;) {
        const { body } = await rig.inject(url)
        if (body.includes(`"result":"${String(result)}"`)) return
        await new Promise(resolve => setImmediate(resolve))
      }
    }
    rig.write('a.js', says('changed'))
    await has('/a', 'changed')
    rig.write('new/deep/b.js', says('b'))
    await has('/new/deep/b', 'b')
    rig.write('new/deep/b.js', says('b again'))
    await has('/new/deep/b', 'b again')
    rig.remove('new')
    rig.write('new/c.js', says('c'))
    await has('/new/c', 'c')
    rig.write('new/c.js', says('c again'))
    await has('/new/c', 'c again')
    expect((await rig.inject('/new/deep/b')).statusCode).toBe(404)
  })

  test('says that what files import takes a restart', async () => {
    const logs: string[] = []
    await using rig = await serve({ '_lib.js': '', 'a.js': says('a') }, { logs, settings: { watch: true } })
    rig.write('_lib.js', 'export {}')
    await until(() =>
      logs.some(line => line.includes('files that import _lib.js see its changes after a restart'))
    )
    expect(await rig.get('/a')).toMatchObject({ result: 'a' })
  })

  test.for([
    ['is off where the settings say so', { settings: { watch: false } }],
    ['is off in production', { env: { NODE_ENV: 'production' }, settings: { watch: undefined } }]
  ] as const)('%s', async ([, options]) => {
    await using rig = await serve({ 'a.js': says('a') }, options)
    rig.write('a.js', says('changed'))
    rig.write('b.js', says('b'))
    await rig.files.reload()
    expect(await rig.get('/a')).toMatchObject({ result: 'a' })
    expect((await rig.inject('/b')).statusCode).toBe(404)
  })
})
