import { describe, expect, test } from 'vitest'
import { catalogueMarkdown, catalogueTypeScript } from '../../../src/plugins/api-error/catalogue-text.ts'
import { Catalogue, reservedCodes } from '../../../src/plugins/api-error/catalogue.ts'
import { defineErrors, type ErrorDefinition } from '../../../src/plugins/api-error/service.ts'

const title = { 'zh-CN': '样品|已提交', en: 'Sample taken' }
const sample = (definition: Partial<ErrorDefinition> = {}) => ({
  http: 409,
  flask: 4001,
  title,
  ...definition
})
const define = (key: string, definition: Partial<ErrorDefinition> = {}) => {
  const catalogue = new Catalogue()
  catalogue.define('samples', defineErrors({ [key]: sample(definition) }))
  return catalogue
}

describe('the catalogue', () => {
  test('has the entries of plugins among its own, sorted by key', () => {
    const keys = define('sample.taken')
      .list()
      .map(({ key }) => key)
    expect(keys).toContain('sample.taken')
    expect(keys).toContain('auth.token_expired')
    expect(keys).toEqual(keys.toSorted())
  })

  test('finds entries by code, the first of those that share one', () => {
    const catalogue = define('sample.taken')
    expect([4001, 1002, 1003, 4002].map(code => catalogue.byCode(code)?.key)).toEqual([
      'sample.taken',
      'resource.not_found',
      'auth.failed',
      undefined
    ])
  })

  test('names both owners of a key', () => {
    const catalogue = define('sample.taken')
    const again = () => catalogue.define('lab', defineErrors({ 'sample.taken': sample({ flask: 4002 }) }))
    expect(again).toThrow("Error 'sample.taken' of plugin 'lab': the key is taken by plugin 'samples'")
  })

  test('names both owners of a code', () => {
    const catalogue = define('sample.taken')
    expect(() => catalogue.define('lab', defineErrors({ 'lab.closed': sample() }))).toThrow(
      "Error 'lab.closed' of plugin 'lab': flask code 4001 is taken by 'sample.taken' of plugin 'samples'"
    )
  })

  test('lets nobody have a code of its own, though its own entries share some', () => {
    expect(() => define('sample.gone', { flask: 1002 })).toThrow(
      "taken by 'resource.not_found' of plugin 'api-error'"
    )
    expect(() => define('internal')).toThrow("the key is taken by plugin 'api-error'")
  })

  test.each(reservedCodes)('keeps code %i for existing front ends', flask => {
    expect(() => define('sample.taken', { flask })).toThrow(`flask code ${flask} is reserved`)
  })

  test.each([
    ['a key in capitals', 'Sample.taken', {}, 'the key is not of the form area.reason'],
    ['__proto__ in a key', 'sample.__proto__.x', {}, 'the key is not of the form area.reason'],
    ['a status that is no failure', 'sample.taken', { http: 302 }, 'http 302 is not within 400–599'],
    ['a status out of range', 'sample.taken', { http: 600 }, 'http 600 is not within 400–599'],
    [
      'a code that reads as a status',
      'sample.taken',
      { flask: 404 },
      'flask code 404 is not an integer from 600 on'
    ],
    ['a broken code', 'sample.taken', { flask: 4001.5 }, 'flask code 4001.5 is not an integer'],
    ['a ws3 code of success', 'sample.taken', { ws3: 203 }, 'ws3 code 203 is not an integer from 400 on']
  ])('refuses %s', (_name, key, definition, text) => {
    expect(() => define(key, definition)).toThrow(text)
  })
})

describe('as text', () => {
  const entries = define('sample.taken', { ws3: 400, transient: true }).list()

  test('is a Markdown table with a row and an anchor for each entry', () => {
    const markdown = catalogueMarkdown(entries)
    expect(markdown).toContain(
      '| <a id="sample.taken"></a>`sample.taken` | 409 | 4001 | 400 | 样品\\|已提交 | Sample taken | yes |'
    )
    expect(markdown.match(/^\| <a id=/gm)).toHaveLength(entries.length)
    expect(markdown).toContain(reservedCodes.join(', '))
  })

  test('is a TypeScript enum with the codes', () => {
    const source = catalogueTypeScript(entries)
    expect(source).toContain("  SAMPLE_TAKEN = 'sample.taken',\n")
    expect(source).toContain('  [ErrorKey.SAMPLE_TAKEN]: 4001,\n')
    const names = source.match(/^ {2}[A-Z]\w* = /gm)
    expect(new Set(names).size).toBe(entries.length)
  })
})
