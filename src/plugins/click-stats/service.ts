import type { FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'

/** What can be clicked. */
export interface Target {
  /** One of those of the settings. */
  readonly kind: string
  /** 1–64 letters, digits, `_` and `-`; unique in its kind. */
  readonly id: string
  /** 1–200 characters. */
  readonly title: string
  /** URL of a picture, or a path that begins with `/`; `''`: there is none. */
  readonly pic: string
  /** Where a click leads, by http or https; `''`: nowhere. */
  readonly url: string
  /** Since when it is shown, in milliseconds since the epoch. */
  readonly start: number
  /** Since when it is not shown any more, in milliseconds since the epoch. */
  readonly end: number
  /** Who sees it: `''` everybody, `guest`, `!guest` (users), or users whose number begins like this. */
  readonly audience: string
}

/** A target to be kept. What is left out is `''`. */
export type NewTarget = Omit<Target, 'pic' | 'url' | 'audience'> &
  Partial<Pick<Target, 'pic' | 'url' | 'audience'>>

/** A target as it is listed: where it leads is told to those who click. */
export interface ListedTarget extends Pick<Target, 'id' | 'title' | 'pic' | 'start' | 'end'> {
  readonly hasUrl: boolean
}

/** Clicks of one day. */
export interface DayClicks {
  /** `2026-01-31` */
  readonly day: string
  /** All of them, those of guests too. */
  readonly raw: number
  /** Users who had not clicked the target before. */
  readonly uniqueUsers: number
  /** About how many different guests; absent where that was not counted. */
  readonly guestApprox?: number
}

/** A target and how often it was clicked. */
export interface CountedTarget extends Target {
  /** Since there is the target. `unique`: different users; `raw`: all clicks. */
  readonly clicks: { readonly unique: number; readonly raw: number }
  /** When it was clicked last, in milliseconds since the epoch; absent: never. */
  readonly clickedAt?: number
  /** Days with clicks, the newest first. */
  readonly days: readonly DayClicks[]
}

/** Which part of a list is wanted. */
export interface Paging {
  /** From 1; at most 10,000. Default: 1. */
  readonly page?: number
  /** 1–100. Default: 20. */
  readonly size?: number
}

/** Part of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** How many there are in all. */
  readonly total: number
  readonly page: number
  readonly size: number
}

/** Which counts are wanted. */
export interface CountsQuery extends Paging {
  readonly kind: string
  /** Only of this target. */
  readonly id?: string
  /** How many days of a target at most, 0–366. Default: 30. */
  readonly days?: number
}

/** Targets, and how often they were clicked by how many. */
export interface ClickStats {
  readonly kinds: readonly string[]
  /**
   * Counts a click of whoever makes the request, and says where it leads: `''` for nowhere. It is written behind the
   * answer.
   * @throws {ApiError} `click.unknown` also for what is not shown to them or not shown yet, `click.over`, `rate.limited`,
   * `session.unavailable`
   */
  click(kind: string, id: string, request: FastifyRequest): Promise<string>
  /**
   * What is shown now to whoever makes the request, the newest first.
   * @throws {ApiError} `param.invalid` for a page that cannot be, `session.unavailable`
   */
  list(kind: string, request: FastifyRequest, paging?: Paging): Promise<Page<ListedTarget>>
  /**
   * Adds a target, or replaces one and leaves its counts.
   * @throws {ApiError} `click.bad_target` naming the fields
   */
  put(target: NewTarget): Promise<void>
  /** Deletes a target and its counts. False: there was none. */
  remove(kind: string, id: string): Promise<boolean>
  /**
   * The targets of a kind with what is written of their clicks by now, the newest first.
   * @throws {ApiError} `param.invalid` for a page that cannot be
   */
  counts(query: CountsQuery): Promise<Page<CountedTarget>>
}

/** The same for the request of a route file. */
export interface RequestClicks extends Omit<ClickStats, 'click' | 'list'> {
  /** As {@link ClickStats.click}. */
  click(kind: string, id: string): Promise<string>
  /** As {@link ClickStats.list}. */
  list(kind: string, paging?: Paging): Promise<Page<ListedTarget>>
}

export const ClickStats = service<ClickStats>('clickStats')

declare module '../file-routes/service.ts' {
  interface RouteContext {
    /** Counts clicks of whoever makes the request. */
    readonly clicks: RequestClicks
  }
}
