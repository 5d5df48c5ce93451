import { describe, expect, test } from 'vitest'
import type { Script } from '../../../src/plugins/sign-simulator/faults.ts'
import { faultSource } from '../../../src/plugins/sign-simulator/script.ts'

const sign = 'cus-sec_SpcSignDataAsPEM'
const read = 'cus-sec_SpcGetCertNo'

/** What the requests of `methods` meet, one after the other. */
function strikes(script: Script, methods: readonly string[]): (string | undefined)[] {
  const source = faultSource(script)
  return methods.map(method => source.request?.(method)[0]?.do)
}

describe('a list of steps', () => {
  test('strikes requests in order, each step once', () => {
    const script: Script = [{ do: 'ignore' }, { do: 'hold' }]
    expect(strikes(script, [sign, read, sign])).toEqual(['ignore', 'hold', undefined])
  })

  test('lets a step wait for the kind of request that it is for', () => {
    const script: Script = [
      { on: 'sign', do: 'delay', ms: 500 },
      { on: 'read', do: 'hold' },
      { on: 'cus-sec_SpcGetUName', do: 'garbage' },
      { do: 'duplicate' }
    ]
    const methods = [read, 'cus-sec_SpcGetUName', read, sign, sign]
    expect(strikes(script, methods)).toEqual(['hold', 'garbage', 'duplicate', 'delay', undefined])
  })

  test('repeats a step as often as it says', () => {
    const script: Script = [
      { on: 'sign', do: 'ignore', times: 2 },
      { on: 'read', do: 'hold', times: Infinity }
    ]
    expect(strikes(script, [sign, sign, sign])).toEqual(['ignore', 'ignore', undefined])
    expect(
      strikes(
        script,
        Array.from({ length: 50 }, () => read)
      )
    ).toEqual(Array.from({ length: 50 }, () => 'hold'))
  })

  test('never strikes with a step that is to happen no times', () => {
    expect(strikes([{ do: 'ignore', times: 0 }], [sign])).toEqual([undefined])
  })

  test('keeps connections and requests apart', () => {
    const source = faultSource([
      { on: 'connect', do: 'refuse' },
      { do: 'ignore' },
      { on: 'connect', do: 'drop' }
    ])
    expect(source.connect?.(1)).toMatchObject([{ do: 'refuse' }])
    expect(source.request?.(sign)).toMatchObject([{ do: 'ignore' }])
    expect(source.connect?.(2)).toMatchObject([{ do: 'drop' }])
    expect(source.connect?.(3)).toEqual([])
    expect(source.request?.(sign)).toEqual([])
  })

  test('starts anew for each source made of it', () => {
    const script: Script = [{ do: 'ignore' }]
    expect(strikes(script, [sign])).toEqual(strikes(script, [sign]))
  })
})

test('a source of faults is taken as it is', () => {
  const source = { request: () => [{ do: 'hold' } as const] }
  expect(faultSource(source)).toBe(source)
})
