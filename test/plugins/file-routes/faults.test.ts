import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { definePlugin } from '../../../src/core/index.ts'
import cache from '../../../src/plugins/cache/index.ts'
import { importFile } from '../../../src/plugins/file-routes/import-file.ts'
import { scanDirectory } from '../../../src/plugins/file-routes/scan-directory.ts'
import { directoryWith } from '../../settings/files.ts'
import { faultsOf, serve } from './rig.ts'

const good = `export const get = () => 'good'`
const forms =
  'a file exports functions called get, post, put, patch or delete (`export { del as delete }`), or an object of them as default, as `route`, or as `module.exports`'

test('all faults of all files are told in one report', async () => {
  const files = {
    'good.js': good,
    'a b.js': good,
    'x.js': good,
    'x.ts': good,
    'u/[id].js': good,
    'u/[name].js': good,
    'none.js': 'export const answer = 42',
    'two.js': 'export const get = 1, meta = { put: "A text" }'
  }
  expect(await faultsOf(files)).toEqual([
    "a b.js: 'a b' cannot be part of a path: letters, digits, - and _ can, and [name] for a parameter",
    'u/[id].js, u/[name].js: two names for one parameter: /u/:id and /u/:name',
    'x.js, x.ts: both answer at /x',
    `none.js: it exports no method: ${forms}`,
    "two.js: its get is no function; its meta has an entry 'put', and there is no function of that name"
  ])
})

describe('what a file exports is refused', () => {
  const get = 'get() {}'
  test.for([
    ['nothing', '', `it exports no method: ${forms}`],
    ['an object without a method', 'export default { helper() {} }', `it exports no method: ${forms}`],
    ['a function', 'export default () => 1', 'what it exports as default is no object with functions'],
    ['a list', 'export const route = []', 'what it exports as route is no object with functions'],
    [
      'functions and an object',
      `export default { ${get} }; export const put = () => 1`,
      `exports put and default: one of the forms, please; ${forms}`
    ],
    [
      'two objects',
      `export default { ${get} }; export const route = { ${get} }`,
      `exports default and route: one of the forms, please; ${forms}`
    ],
    ['a method that is none', 'export const get = 1', 'its get is no function'],
    [
      'a method in capitals',
      'export const GET = () => 1',
      'it exports GET, which is no method here: write get'
    ],
    [
      'del',
      'export const get = () => 1; export const del = () => 1',
      'it exports del, which is no method here: write `export { del as delete }`'
    ],
    [
      'head',
      'export const get = () => 1; export const head = () => 1',
      'it exports head, which is no method here: `get` answers HEAD'
    ],
    [
      'a text that is no text',
      `export default { ${get}, meta: { get: 1 } }`,
      'what its meta has for get is nothing that can be used'
    ],
    [
      'a meta for all',
      `export default { ${get}, meta: 'A text' }`,
      'its meta is no object with an entry for each method'
    ],
    [
      'a schema for no method',
      `export default { ${get}, schema: { body: {} } }`,
      "its schema has an entry 'body', and there is no function of that name"
    ],
    ['a config that is none', `export default { ${get}, config: 1 }`, 'its config is no object'],
    [
      'a config for a method that is none',
      `export default { ${get}, config: { get: 1 } }`,
      'what its config has for get is nothing that can be used'
    ],
    [
      'a config for a missing method',
      `export default { ${get}, config: { put: {} } }`,
      "its config has an entry 'put', and there is no function of that name"
    ],
    [
      'a meta in its config',
      `export default { ${get}, config: { meta: 'A text' } }`,
      'its config has meta, which is an export of its own'
    ],
    [
      'an option twice',
      `export const meta = { get: 'A text' }; export default { ${get}, meta: { get: 'Another' } }`,
      'it has meta twice: beside its functions and among them'
    ],
    [
      'a text that cannot be read',
      `export default { ${get}, meta: { get: '{ a ' } }`,
      expect.stringMatching(/^what it says of get: The text of a route is wrong at 5/) as string
    ],
    [
      'a schema that is none',
      `export default { ${get}, schema: { get: { querystring: { type: 'nothing' } } } }`,
      expect.stringMatching(/^what it says of get: schema is invalid/) as string
    ],
    [
      'a schema by the type of the content',
      `export default { post() {}, schema: { post: { body: { content: { 'application/json': {} } } } } }`,
      'what it says of post: the schema of a body is one for all types of content'
    ],
    [
      'a member that the context has',
      `export default { ${get}, params: 1 }`,
      'its params cannot be this.params: the context has one'
    ],
    [
      'a member of a plugin',
      `export default { ${get}, user: 1 }`,
      'its user cannot be this.user: it belongs to the plugin sessions'
    ],
    [
      'a member that all objects have',
      `export default { ${get}, toString() {} }`,
      'its toString cannot be this.toString: all objects have something of that name, or promises'
    ],
    [
      'a member that makes a promise of it',
      `export default { ${get}, then() {} }`,
      'its then cannot be this.then: all objects have something of that name, or promises'
    ],
    [
      'a member that is no name',
      `export default { ${get}, 'a b': 1 }`,
      'its a b cannot be this.a b: that is no name for a member'
    ]
  ] as const)('%s', async ([, text, fault]) => {
    const faults = await faultsOf({ 'x.js': text })
    expect(faults.map(line => line.replace(/^x\.js: /, ''))).toEqual([fault])
  })
})

describe('what other plugins say of the options of a file', () => {
  const cached = { plugins: { cache: { use: cache } } }

  test('is told with the file, together with all else', async () => {
    const faults = await faultsOf(
      {
        'a.js': `export const get = () => 1; export const config = { cache: 'soon' }`,
        'b.js': `export const post = () => 1; export const config = { cache: '1h' }`,
        'c.js': `export const get = () => 1; export const config = { dialect: 'latin' }`
      },
      cached
    )
    expect(faults.map(line => line.split(':', 2)[0])).toEqual(['a.js', 'b.js', 'c.js'])
    expect(faults[2]).toContain("there is no dialect 'latin'")
  })

  test('a cache for all methods is one for GET where there is one', async () => {
    const text = `export const get = () => 1; export const post = () => 2; export const config = { cache: '1h' }`
    await using rig = await serve({ 'a.js': text }, cached)
    expect((await rig.inject('/a')).headers['cache-status']).toContain('fwd=miss')
    expect((await rig.inject({ method: 'POST', url: '/a' })).headers).not.toHaveProperty('cache-status')
  })
})

describe('a path that another plugin answers', () => {
  const other = definePlugin({
    name: 'other',
    description: '',
    setup: app => void app.get('/sub/:number', () => 'other')
  })

  test('may have other methods from a file', async () => {
    await using rig = await serve({ '_errors.js': good, 'readyz.js': `export const post = () => 'ready'` })
    expect((await rig.inject('/readyz')).json()).toMatchObject({ status: 'ok' })
    expect((await rig.inject({ method: 'POST', url: '/readyz' })).json()).toMatchObject({ result: 'ready' })
    const refused = await rig.inject({ method: 'PUT', url: '/readyz' })
    expect(refused.headers['allow']).toBe('POST, GET, HEAD')
  })

  test('cannot have the same from a file', async () => {
    expect(
      await faultsOf({ 'healthz.js': good, 'sub/[id].js': good }, { plugins: { other: { use: other } } })
    ).toEqual([
      'healthz.js: GET /healthz is answered by the gateway itself',
      'sub/[id].js: GET /sub/:id is answered by the plugin other'
    ])
  })
})

describe('a file that cannot be loaded', () => {
  test('is told with what it throws, and without where it is', async () => {
    const faults = await faultsOf({
      'throws.js': `throw new RangeError('too early')`,
      'text.js': `throw 'a text'`,
      'missing.js': `import './nowhere.js'`
    })
    expect(faults).toEqual([
      expect.stringContaining('missing.js: cannot be loaded: '),
      'text.js: throws a text when it is loaded',
      'throws.js: cannot be loaded: RangeError: too early'
    ])
  })

  test('says what TypeScript needs where Node does not run it', async () => {
    const cannot = Object.assign(new TypeError('Unknown file extension ".ts"'), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION'
    })
    const load = async (): Promise<never> => Promise.reject(cannot)
    await expect(importFile('/routes/x.ts', undefined, load)).rejects.toThrow(
      /Node 22\.18 or later.*tsx.*`directory`/
    )
    await expect(importFile('/routes/x.js', undefined, load)).rejects.toThrow('cannot be loaded')
  })
})

describe('what has nothing to do with routes', () => {
  test('is left alone', async () => {
    const broken = 'this is no module'
    await using rig = await serve({
      'card.js': good,
      '_lib.js': broken,
      '_private/x.js': broken,
      '.hidden/x.js': broken,
      'node_modules/x/index.js': broken,
      'card.d.ts': broken,
      'card.test.js': broken,
      'data.json': broken,
      'notes/README.md': broken
    })
    expect(rig.files.routes()).toEqual([{ file: 'card.js', url: '/card', methods: ['get'] }])
  })
})

describe('the directory', () => {
  test('that is missing serves nothing while somebody may still make it, and the gateway says so', async () => {
    const logs: string[] = []
    await using rig = await serve({}, { settings: { directory: '/nowhere/routes' }, logs })
    expect(logs.join()).toContain('there is no directory /nowhere/routes')
    const ready = await rig.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toMatchObject([503, { plugins: { 'file-routes': 'down' } }])
  })

  test('that is missing ends the start in production', async () => {
    const options = { settings: { directory: '/nowhere/routes' }, env: { NODE_ENV: 'production' } }
    await expect(serve({}, options)).rejects.toThrow(/ENOENT/)
  })

  test('that is empty serves nothing', async () => {
    await using rig = await serve({})
    expect(rig.files.routes()).toEqual([])
    expect((await rig.inject('/readyz')).statusCode).toBe(200)
  })

  test('may have links in it, but none to where they are', async () => {
    using directory = directoryWith({ 'routes/a.js': good, 'elsewhere/b.js': good })
    symlinkSync(join(directory.path, 'elsewhere'), join(directory.path, 'routes/linked'))
    symlinkSync(join(directory.path, 'routes'), join(directory.path, 'routes/circle'))
    symlinkSync(join(directory.path, 'nowhere.js'), join(directory.path, 'routes/lost.js'))
    const { files, faults } = await scanDirectory(join(directory.path, 'routes'))
    expect(files).toEqual(['a.js', 'linked/b.js'])
    expect(faults).toEqual([
      { files: ['circle'], text: 'is a link to a directory that it is in' },
      { files: ['lost.js'], text: 'is no file that can be read' }
    ])
  })
})
