import { WechatError } from './wechat-error.ts'

/** What a valid body of `qrcode/create` asks for. */
export interface QrRequest {
  /** What pushes will say: numbers and texts share one namespace there. */
  readonly scene: string
  readonly kind: 'number' | 'text'
  /** Seconds; `undefined`: for ever. */
  readonly ttlS: number | undefined
}

interface Action {
  readonly kind: QrRequest['kind']
  readonly permanent: boolean
  /** Of the number, or of the length of the text. */
  readonly max: number
}

const actions: Readonly<Record<string, Action>> = {
  QR_SCENE: { kind: 'number', permanent: false, max: 0xffff_ffff },
  QR_STR_SCENE: { kind: 'text', permanent: false, max: 64 },
  QR_LIMIT_SCENE: { kind: 'number', permanent: true, max: 100_000 },
  QR_LIMIT_STR_SCENE: { kind: 'text', permanent: true, max: 64 }
}

/** 30 days. */
const maxTtlS = 2_592_000
/** What the documents of 2025 say; older ones say 30. */
const defaultTtlS = 60

/**
 * Reads the body of `qrcode/create`. A longer `expire_seconds` than 30 days becomes 30 days.
 * @throws {WechatError} 44002, 47001, 40052, 40053
 */
export function readQrRequest(body: string): QrRequest {
  if (body === '') throw new WechatError(44002)
  const { action_name: name, action_info: info, expire_seconds: ttlS = defaultTtlS } = members(parse(body))
  const action = typeof name === 'string' && Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action) throw new WechatError(40052)
  const { scene_id: id, scene_str: text } = members(members(info)['scene'])
  const scene = action.kind === 'number' ? number(id, action.max) : string(text, action.max)
  if (scene === undefined) throw new WechatError(40053)
  if (action.permanent) return { scene, kind: action.kind, ttlS: undefined }
  if (typeof ttlS !== 'number' || !Number.isInteger(ttlS) || ttlS < 1) throw new WechatError(47001)
  return { scene, kind: action.kind, ttlS: Math.min(ttlS, maxTtlS) }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new WechatError(47001)
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function number(value: unknown, max: number): string | undefined {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max ? String(value) : undefined
}

function string(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.length >= 1 && value.length <= max ? value : undefined
}
