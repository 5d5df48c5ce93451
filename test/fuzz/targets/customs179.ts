import { readCertificate } from '../../../src/plugins/customs179/certificate.ts'
import { fitsN19x5 } from '../../../src/plugins/customs179/amount.ts'
import { inspect } from '../../../src/plugins/customs179/inspect.ts'
import { hasLoneSurrogate, memberTexts, whitespaceAt } from '../../../src/plugins/customs179/json-source.ts'
import { readSignedText, signedText } from '../../../src/plugins/customs179/signed-text.ts'
import { holds, jsonIn, type Target, isSame } from '../target.ts'

const text: Target = {
  name: 'customs179-text',
  words: [
    '"||"',
    '"payExchangeInfoHead":"',
    '"payExchangeInfoLists":"',
    '"serviceTime":"',
    '"sessionID":"',
    '1e5',
    '5.00000'
  ],
  prepare: () => input => {
    const str = input.toString('utf8')
    const found = inspect(str)
    const segments = readSignedText(str)
    holds((found === undefined) === (segments === undefined), 'what cannot be taken apart is inspected')
    if (!found || !segments) return
    holds(signedText(segments) === str, 'what was taken apart cannot be joined again')
    holds(
      found.faults.every(({ path, code }) => path.length < 200 && /^[a-zA-Z]+$/.test(code)),
      'a fault quotes the text'
    )
    if (found.faults.length > 0) return
    holds(found.at !== undefined, 'a text without a time is right')
    const head = JSON.parse(segments.head) as { totalAmount: number }
    holds(
      !hasLoneSurrogate(segments.head) && head.totalAmount >= 0 && head.totalAmount < 1e14,
      'what customs refuses is right'
    )
  }
}

const source: Target = {
  name: 'customs179-json',
  words: ['"\\ud83d"', '"\\ude00"', '\\u0061', '1.50', '-0.0', '1E+2', '"a":', '{', '}'],
  prepare: () => input => {
    const json = input.toString('utf8')
    const value = jsonIn(json)
    if (value === undefined) return
    const isSpaced = whitespaceAt(json) >= 0
    holds(isSpaced === /\s/.test(json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')), 'white space is seen otherwise')
    holds(
      hasLoneSurrogate(json) || !/\\u[dD][89a-fA-F]/.test(JSON.stringify(value).replaceAll('\\\\', '')),
      'half of a character is not seen'
    )
    if (typeof value === 'number') return amount(json.trim())
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const members = memberTexts(json)
    const names = Object.keys(value)
    holds(isSame(new Set(members.keys()), new Set(names)), 'it finds other members')
    for (const [name, each] of members) {
      const said = (value as Record<string, unknown>)[name]
      holds(isSame(JSON.parse(each), said), 'it finds another value')
      if (typeof said === 'number') amount(each)
    }
  }
}

/** Judged by whole numbers, which do not round. */
function amount(written: string): void {
  const [, , whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? []
  if (Math.abs(Number(exponent)) > 400 || whole.length + fraction.length > 400) return
  const scale = Number(exponent) - fraction.length
  const units = BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, scale + 500))
  // The value times 10^500, where scale + 500 is not below zero.
  const isWhole = units % 10n ** 495n === 0n
  const expected = isWhole && units < 10n ** 514n
  holds(fitsN19x5(written) === expected, `${written} is judged otherwise`)
}

const certificate: Target = {
  name: 'customs179-certificate',
  words: ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'],
  cost: 2,
  prepare: () => input => {
    const read = readCertificate(input.toString('latin1'))
    if (!read) return
    holds(/^[0-9a-f]*$/.test(read.certNo) && !read.subject.includes('\n'), 'it is not told in one line')
    holds(!Number.isNaN(read.notBefore.getTime() + read.notAfter.getTime()), 'it has no dates')
    holds((read.key?.signatureLength ?? 64) <= 512, 'a check of it takes long')
  }
}

export const customs: readonly Target[] = [text, source, certificate]
