import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findConfigFile, givenConfig, readConfigFile } from '../../src/settings/config-file.ts'
import { directoryWith } from './files.ts'

/** Reads a configuration file with this text; `at` is a place in it without the directory. */
async function read(text: string, name = 'paifang.config.yaml') {
  using directory = directoryWith({ [name]: text })
  const source = await readConfigFile(join(directory.path, name))
  const within = (place: string | undefined): string | undefined => place?.replace(`${directory.path}/`, '')
  return {
    data: source.data,
    problems: source.problems.map(({ message, position, where }) => {
      return { message, position: within(position), where: within(where) }
    }),
    at: (...path: string[]) => within(source.locate(path))
  }
}

describe('finding the file', () => {
  test('YAML comes before JSON and JavaScript', () => {
    using directory = directoryWith({ 'paifang.config.js': '', 'paifang.config.json': '{}' })
    expect(findConfigFile(directory.path)).toBe(join(directory.path, 'paifang.config.json'))
    using empty = directoryWith({ 'other.yaml': '' })
    expect(findConfigFile(empty.path)).toBeUndefined()
  })
})

describe('positions', () => {
  const text = `# comment
server:
  port: 3000
plugins:
  cache: { ttlMs: 5, tags: [a, b] }
  'quoted-name':
    list:
      - one
      - { deep: 1 }
`

  test.for([
    [['server'], '2:1'],
    [['server', 'port'], '3:3'],
    [['plugins', 'cache', 'ttlMs'], '5:12'],
    [['plugins', 'cache', 'tags', '1'], '5:32'],
    [['plugins', 'quoted-name'], '6:3'],
    [['plugins', 'quoted-name', 'list', '0'], '8:9'],
    [['plugins', 'quoted-name', 'list', '1', 'deep'], '9:11']
  ] as const)('%j stands at %s', async ([path, place]) => {
    const { at } = await read(text)
    expect(at(...path)).toBe(`paifang.config.yaml:${place}`)
  })

  test('a place that does not exist is that of its nearest ancestor', async () => {
    const { at } = await read(text)
    expect(at('plugins', 'cache', 'missing', 'deeper')).toBe('paifang.config.yaml:5:3')
    expect(at('plugins', 'cache', 'ttlMs', 'below')).toBe('paifang.config.yaml:5:12')
    expect(at('absent')).toBe('paifang.config.yaml:1:1')
    expect(at()).toBe('paifang.config.yaml:1:1')
  })

  test('JSON has positions as well, indented with tabs or not', async () => {
    const { data, at } = await read('{\n\t"server": {\n\t\t"port": 1\n\t}\n}', 'paifang.config.json')
    expect(data).toEqual({ server: { port: 1 } })
    expect(at('server', 'port')).toBe('paifang.config.json:3:3')
  })

  test('a file below the working directory is named relative to it', async () => {
    const { problems } = await readConfigFile(join(process.cwd(), 'missing', 'file.yaml'))
    expect(problems[0]?.where).toBe(join('missing', 'file.yaml'))
  })
})

describe('what cannot be used', () => {
  test.for([
    ['a list that does not end', 'a: [1, 2', '1:9', 'is not valid YAML: Flow sequence'],
    ['a key twice', 'a: 1\nb: 2\na: 3', '3:1', 'a key stands twice here'],
    ['two documents', 'a: 1\n---\nb: 2', '2:1', 'is not valid YAML: Source contains multiple documents'],
    ['a list', '- a', '1:1', 'is not an object'],
    ['a word', 'hello', '1:1', 'is not an object']
  ] as const)('%s', async ([, text, place, message]) => {
    const { problems, data } = await read(text)
    const [problem] = problems
    expect(problems).toHaveLength(1)
    expect(problem).toMatchObject({ where: 'paifang.config.yaml', position: `paifang.config.yaml:${place}` })
    expect(problem?.message).toContain(message)
    expect(data).toEqual({})
  })

  test('tabs, with what to do instead', async () => {
    using directory = directoryWith({ 'a.yaml': 'a:\n\tb: 1' })
    const { problems } = await readConfigFile(join(directory.path, 'a.yaml'))
    const message = 'is not valid YAML: Tabs are not allowed as indentation'
    expect(problems).toMatchObject([{ message, hint: 'indent with spaces' }])
  })

  test('keys that stand twice are one problem each', async () => {
    const { problems } = await read('a: 1\nb: { c: 1, c: 2 }\na: 3')
    expect(problems.map(({ position }) => position)).toEqual(
      ['2:12', '3:1'].map(place => `paifang.config.yaml:${place}`)
    )
  })

  test.for([
    'key: *s3cret',
    'key: "\\s3cret"',
    'key: "a" s3cret',
    'key: @s3cret',
    'key: `s3cret',
    'key: %s3cret\n%s3cret',
    'key: [s3cret',
    'key: s3cret: s3cret',
    '"s3cret',
    'key: !!int s3cret',
    'key: |3x s3cret'
  ])('the message for %j quotes nothing of the file', async text => {
    const { problems } = await read(text)
    expect(JSON.stringify(problems)).not.toContain('s3')
  })

  test('a file that does not exist, and a directory', async () => {
    using directory = directoryWith({})
    const missing = join(directory.path, 'a.yaml')
    expect((await readConfigFile(missing)).problems[0]).toMatchObject({
      where: missing,
      message: 'does not exist'
    })
    mkdirSync(join(directory.path, 'b.yaml'))
    const [problem] = (await readConfigFile(join(directory.path, 'b.yaml'))).problems
    expect(problem).toMatchObject({ code: 'CONFIG_UNREADABLE' })
    expect(problem?.message).toContain('cannot be read: EISDIR')
  })

  test('a JavaScript file that throws, is no JavaScript, or exports nothing', async () => {
    expect((await read('throw new Error("not today")', 'a.mjs')).problems[0]?.message).toContain('not today')
    expect((await read('export default {', 'b.mjs')).problems[0]?.message).toContain('cannot be read')
    expect((await read('export const config = {}', 'c.mjs')).problems[0]?.message).toBe('is not an object')
  })

  test.for([[1], 'text', 5, null, new Map()])('a value given by a program that is no object: %s', value => {
    expect(givenConfig(value).problems[0]).toMatchObject({ code: 'CONFIG_UNREADABLE', where: 'config' })
  })
})

describe('what can be used', () => {
  test('an empty file, and one of comments alone', async () => {
    expect(await read('')).toMatchObject({ data: {}, problems: [] })
    expect(await read('# nothing yet\n')).toMatchObject({ data: {}, problems: [] })
  })

  test('anchors and aliases', async () => {
    const { data } = await read('a: &shared { x: 1 }\nb: *shared')
    expect(data).toEqual({ a: { x: 1 }, b: { x: 1 } })
  })

  test('the default export of a JavaScript module, functions included', async () => {
    const { data, at } = await read('export default { plugins: { a: { make: () => 1 } } }', 'config.mjs')
    expect(data).toEqual({ plugins: { a: { make: expect.any(Function) as unknown } } })
    expect(at('plugins', 'a')).toBe('config.mjs')
  })
})
