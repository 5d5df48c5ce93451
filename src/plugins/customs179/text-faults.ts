import type { FieldFault, Locale } from '../api-error/service.ts'
import { fitsN19x5 } from './amount.ts'
import { hasLoneSurrogate, memberTexts, whitespaceAt } from './json-source.ts'
import type { Segments } from './signed-text.ts'

/** A fault that is told in both languages. */
export type TextFault = FieldFault<Readonly<Record<Locale, string>>>

/**
 * What is wrong with the text of head and lists, and cannot be seen in their values.
 * @param segments whose `head` and `lists` have the form of their schemas
 */
export function textFaults({ head, lists }: Pick<Segments, 'head' | 'lists'>): TextFault[] {
  const faults = [...jsonFaults('/payExchangeInfoHead', head), ...jsonFaults('/payExchangeInfoLists', lists)]
  if (!fitsN19x5(memberTexts(head).get('totalAmount') ?? ''))
    faults.push({
      path: '/payExchangeInfoHead/totalAmount',
      code: 'digits',
      message: {
        'zh-CN': '整数部分不能多于 14 位，小数部分不能多于 5 位',
        en: 'must have at most 14 digits before the point and 5 after it'
      }
    })
  return faults
}

/**
 * Whether a body has members that are not in its schema: a misspelt `certNo` must not sign with just any card. Their
 * names are not repeated, since whoever mixes up names and values puts a PIN there.
 */
export function unknownMembers(names: Iterable<string>, properties: object): TextFault[] {
  if ([...names].every(name => Object.hasOwn(properties, name))) return []
  const known = Object.keys(properties).join(', ')
  const message = {
    'zh-CN': `含有未知的字段（可用字段：${known}）`,
    en: `has a field that is not known; the known ones are ${known}`
  }
  return [{ path: '', code: 'additionalProperties', message }]
}

function jsonFaults(path: string, json: string): TextFault[] {
  const faults: TextFault[] = []
  const at = whitespaceAt(json) + 1
  if (at > 0)
    faults.push({
      path,
      code: 'whitespace',
      message: {
        'zh-CN': `字符串以外不得有空白字符（第 ${at} 个字符）`,
        en: `must hold no whitespace outside of strings (character ${at})`
      }
    })
  if (hasLoneSurrogate(json))
    faults.push({
      path,
      code: 'unicode',
      message: {
        'zh-CN': '含有不成对的代理项（\\ud800–\\udfff）',
        en: 'escapes half of a surrogate pair (\\ud800–\\udfff)'
      }
    })
  return faults
}
