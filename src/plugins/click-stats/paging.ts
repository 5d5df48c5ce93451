import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Paging } from './service.ts'

/** Bounds of pages. */
export const pageBounds = { maxPage: 10_000, maxSize: 100, defaultSize: 20 } as const

/** A part of a list, as a database wants to hear it. */
export interface ListWindow {
  readonly page: number
  readonly size: number
  /** Items before it. */
  readonly offset: number
}

/**
 * Where a page is in its list.
 * @throws {ApiError} `param.invalid` for a page that cannot be
 */
export function windowOf({ page = 1, size = pageBounds.defaultSize }: Paging): ListWindow {
  assertWithin('page', page, 1, pageBounds.maxPage)
  assertWithin('size', size, 1, pageBounds.maxSize)
  return { page, size, offset: (page - 1) * size }
}

/** @throws {ApiError} `param.invalid` unless the value is a whole number from `least` to `most` */
export function assertWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const message = {
    'zh-CN': `应为 ${least}–${most} 的整数`,
    en: `must be a whole number from ${least} to ${most}`
  }
  const fields = [{ path: `/${name}`, code: 'range', message }]
  throw new ApiError(CommonErrors['param.invalid'], { fields, detail: `${name} ${message.en}` })
}
