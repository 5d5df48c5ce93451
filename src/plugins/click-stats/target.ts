import { Type } from 'typebox'
import { inputView, validate } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { NewTarget, Target } from './service.ts'

const maxUrl = 2_048
/** The end of time, in JavaScript. */
const maxMs = 8_640_000_000_000_000
/** No control characters, and no halves of characters, which no database keeps. */
const printable = String.raw`^[^\p{Cc}\p{Cs}]*$`
const idPattern = '^[A-Za-z0-9_-]{1,64}$'
const moment = Type.Integer({ minimum: 0, maximum: maxMs })
const address = Type.String({ default: '', maxLength: maxUrl, pattern: printable })

/** An id as callers may send it; clients of old send numbers. */
export const TargetId = Type.Union([
  Type.String({ pattern: idPattern }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
])

const shape = inputView(
  Type.Object({
    kind: Type.String(),
    id: Type.String({ pattern: idPattern }),
    title: Type.String({
      maxLength: 200,
      pattern: String.raw`^[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s][^\p{Cc}\p{Cs}]*$`
    }),
    pic: address,
    url: address,
    start: moment,
    end: moment,
    audience: Type.String({ default: '', pattern: '^(?:!?guest|[A-Za-z0-9]{0,32})$' })
  })
)

/** What each field must be. */
const rules = {
  kind: { 'zh-CN': '应为配置中的种类之一', en: 'must be one of the kinds in the settings' },
  id: { 'zh-CN': '应为 1–64 个字母、数字、_ 或 -', en: 'must be 1–64 letters, digits, _ and -' },
  title: {
    'zh-CN': '应为 1–200 个字符，不含控制字符',
    en: 'must be 1–200 characters without control characters'
  },
  pic: {
    'zh-CN': '应为 http(s) 地址或以 / 开头的路径，不超过 2048 个字符',
    en: 'must be an http or https URL, or a path that begins with /, of at most 2,048 characters'
  },
  url: {
    'zh-CN': '应为不含用户名和密码的 http(s) 地址，不超过 2048 个字符',
    en: 'must be an http or https URL without user and password, of at most 2,048 characters'
  },
  start: { 'zh-CN': '应为毫秒时间戳', en: 'must be milliseconds since the epoch' },
  end: { 'zh-CN': '应为晚于 start 的毫秒时间戳', en: 'must be milliseconds since the epoch, after start' },
  audience: {
    'zh-CN': '应为 guest、!guest、学号前缀或空',
    en: 'must be guest, !guest, the beginning of a number, or empty'
  }
} as const
const unknownField = { 'zh-CN': '不是已知的字段', en: 'is not a known field' }

/**
 * A target of one of these kinds, complete.
 * @throws {ApiError} `click.bad_target` naming every field that is not right
 */
export function checkedTarget(given: NewTarget, kinds: readonly string[]): Target {
  const target = { ...given } as Target
  const faults = validate(shape, target)
  const bad = new Set(faults.map(({ path: [field = ''] }) => field))
  if (!bad.has('kind') && !kinds.includes(target.kind)) bad.add('kind')
  if (!bad.has('pic') && !isPicture(target.pic)) bad.add('pic')
  if (!bad.has('url') && target.url !== '' && !isWebUrl(target.url)) bad.add('url')
  if (!bad.has('start') && !bad.has('end') && target.end <= target.start) bad.add('end')
  if (bad.size === 0) return target
  const fields = [...bad].map(field => ({
    path: field === '' ? '' : `/${field}`,
    code: 'invalid',
    message: Object.hasOwn(rules, field) ? rules[field as keyof typeof rules] : unknownField
  }))
  const detail = fields.map(({ path, message }) => `${path.slice(1)} ${message.en}`).join('; ')
  throw new ApiError(Errors['click.bad_target'], { fields, detail })
}

/** Whether a text is an http or https URL, in which nobody's password stands. */
export function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

/** `//host/…` is another site's. */
function isPicture(text: string): boolean {
  return text === '' || /^\/(?![/\\])/.test(text) || isWebUrl(text)
}
