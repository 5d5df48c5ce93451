import { assert, constantFrom, property, record, string, stringMatching, array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { payExInfoStr, readSignedText, signedText } from '../../../src/plugins/customs179/signed-text.ts'

const segments = {
  sessionID: 'S-1',
  head: '{"guid":"G","initalRequest":"a=\\"1\\"||b","totalAmount":5.0,"note":"中\\u4e2d\\/文"}',
  lists: '[{"orderNo":"1","goodsInfo":[{"gname":"g","itemLink":"http://x/?a=1&b=2"}]}]',
  serviceTime: '1767225600000'
}
const golden = String.raw`"sessionID":"S-1"||"payExchangeInfoHead":"{"guid":"G","initalRequest":"a=\"1\"||b","totalAmount":5.0,"note":"中\u4e2d\/文"}"||"payExchangeInfoLists":"[{"orderNo":"1","goodsInfo":[{"gname":"g","itemLink":"http://x/?a=1&b=2"}]}]"||"serviceTime":"1767225600000"`

test('four segments in quotes, joined by two bars, JSON in them as it is', () => {
  expect(signedText(segments)).toBe(golden)
})

test('the upload has the same bytes of head and lists, not in quotes, and the certificate and signature after them', () => {
  expect(payExInfoStr(segments, { certNo: '01691f4c', signValue: 'AB+/==' })).toBe(
    String.raw`{"sessionID":"S-1","payExchangeInfoHead":{"guid":"G","initalRequest":"a=\"1\"||b","totalAmount":5.0,"note":"中\u4e2d\/文"},"payExchangeInfoLists":[{"orderNo":"1","goodsInfo":[{"gname":"g","itemLink":"http://x/?a=1&b=2"}]}],"serviceTime":"1767225600000","certNo":"01691f4c","signValue":"AB+/=="}`
  )
})

describe('reading', () => {
  test('takes a signed text apart', () => {
    expect(readSignedText(golden)).toEqual(segments)
  })

  test('undoes joining, also when values hold what separates segments', () => {
    const pieces = [
      '"||"',
      '||',
      'payExchangeInfoLists',
      'serviceTime',
      '":"',
      '"',
      '\\',
      'x',
      '{',
      '}',
      '中'
    ]
    const value = array(constantFrom(...pieces)).map(parts => parts.join(''))
    assert(
      property(
        record({
          sessionID: stringMatching(/^[\w-]{1,36}$/),
          head: record({ a: value, b: value }).map(head => JSON.stringify(head)),
          lists: array(value).map(lists => JSON.stringify(lists)),
          serviceTime: stringMatching(/^\d{13}$/)
        }),
        any => {
          expect(readSignedText(signedText(any))).toEqual(any)
        }
      )
    )
  })

  test.each([
    '',
    'hello',
    golden.slice(1),
    golden.slice(0, -1),
    ` ${golden}`,
    `${golden}\n`,
    golden.replace('payExchangeInfoHead', 'head'),
    golden.replace('payExchangeInfoLists', 'payExchangeInfoList'),
    golden.replace('"||"serviceTime', '"|"serviceTime'),
    golden.replace('"||"payExchangeInfoLists":"', '"||"serviceTime":"')
  ])('%j is not of that form', text => {
    expect(readSignedText(text)).toBeUndefined()
  })

  test('takes any text without failing', () => {
    assert(
      property(
        array(constantFrom('"||"payExchangeInfoHead":"', '"||"serviceTime":"', '"', 'x')),
        string(),
        (parts, end) => {
          const text = parts.join('') + end
          const read = readSignedText(text)
          expect(read === undefined || signedText(read) === text).toBe(true)
        }
      )
    )
  })
})
