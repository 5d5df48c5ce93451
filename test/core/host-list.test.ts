import { describe, expect, test } from 'vitest'
import { hostFault, HostList, targetOf } from '../../src/core/index.ts'

describe('a list of hosts', () => {
  const has = (entry: string, url: string): boolean => new HostList([entry]).has(targetOf(new URL(url)))

  test.each([
    ['www.example.edu', 'http://www.example.edu/'],
    ['WWW.Example.EDU', 'https://www.example.edu:8443/'],
    ['www.example.edu', 'http://www.example.edu./'],
    ['*.example.edu', 'http://a.b.example.edu/'],
    ['www.example.edu:443', 'https://www.example.edu/'],
    ['例子.cn', 'http://xn--fsqu00a.cn/'],
    ['10.0.0.0/8', 'http://10.2.3.4/'],
    ['127.0.0.1', 'http://0x7f.1/']
  ])('%s has %s', (entry, url) => {
    expect(has(entry, url)).toBe(true)
  })

  test.each([
    ['example.edu', 'http://www.example.edu/'],
    ['*.example.edu', 'http://example.edu/'],
    ['*.example.edu', 'http://badexample.edu/'],
    ['www.example.edu:443', 'http://www.example.edu/'],
    ['10.0.0.0/8', 'http://11.2.3.4/']
  ])('%s has not %s', (entry, url) => {
    expect(has(entry, url)).toBe(false)
  })

  test.each(['', '*', 'http://a/', 'a b', 'a:0', 'a:99999', '10.0.0.0/33', '*.*', 'a/b', 'x.*'])(
    "'%s' is no entry",
    entry => {
      expect(hostFault(entry)).toContain(entry)
    }
  )
})
