import { describe, expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import cors from '../../../src/plugins/cors/index.ts'

const check = (origins: string[], credentials = false) =>
  metaOf(cors)?.check?.({ origins, credentials }, { production: false })

describe('origins', () => {
  test.each([
    'https://portal.example.com',
    'http://localhost:5173',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
    '*'
  ])('such as %s are taken', origin => {
    expect(check([origin])).toEqual([])
  })

  test.each([
    ['https://a.example/', "write 'https://a.example'"],
    ['https://a.example/path', "write 'https://a.example'"],
    ['https://a.example?x', "write 'https://a.example'"],
    ['https://A.example', "write 'https://a.example'"],
    ['https://a.example:443', "write 'https://a.example'"],
    ['https://user@a.example', "write 'https://a.example'"],
    ['https://例子.example', "write 'https://xn--fsqu00a.example'"],
    ['a.example', "write scheme, host and port alone: 'https://host:port'"],
    ['//a.example', "write scheme, host and port alone: 'https://host:port'"],
    ['null', "write scheme, host and port alone: 'https://host:port'"],
    ['capacitor://localhost/', "write scheme, host and port alone: 'https://host:port'"]
  ])('such as %s are refused with the right form', (origin, hint) => {
    expect(check([origin])).toEqual([{ path: ['origins'], message: `'${origin}' is not an origin`, hint }])
  })

  test('are no patterns', () => {
    expect(check(['https://*.example.com'])).toEqual([
      { path: ['origins'], message: "'https://*.example.com' is a pattern", hint: 'name each origin' }
    ])
  })

  test('are each reported', () => {
    expect(check(['a', 'https://b.example', 'c'])).toHaveLength(2)
  })
})

describe('credentials', () => {
  test('go with named origins', () => {
    expect(check(['https://a.example'], true)).toEqual([])
  })

  test('do not go with any origin', () => {
    expect(check(['https://a.example', '*'], true)).toEqual([
      {
        path: ['credentials'],
        message: "cannot go with the origin '*'",
        hint: 'name the origins that may send credentials'
      }
    ])
  })
})
