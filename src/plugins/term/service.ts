import { service } from '../../core/index.ts'

/** A term as it is at one moment. */
export interface AcademicTerm {
  readonly name: string
  /** When it begins, in milliseconds since the epoch. */
  readonly startDate: number
  /** When it is over: the first moment that is no longer part of it, in milliseconds since the epoch. */
  readonly endDate: number
  /** How many weeks it lasts. */
  readonly weeks: number
  readonly isCurrent: boolean
  /** It is the first of those that are to come. */
  readonly isNext: boolean
  /** It is the last of those that are over. */
  readonly isPrev: boolean
  /** It lasts ten weeks or more. */
  readonly isLong: boolean
  /** The week that it is in, from 1. Only of the current one. */
  readonly week?: number
  /** The day of that week: 1 is Monday, 7 is Sunday. Only of the current one. */
  readonly weekday?: number
}

/** The terms at one moment, frozen. Where there is none, there is `undefined`. */
export interface Terms {
  /** All of them, by date. */
  readonly list: readonly AcademicTerm[]
  readonly current: AcademicTerm | undefined
  /** The last that is over, during holidays too. */
  readonly prev: AcademicTerm | undefined
  /** The first that is to come. */
  readonly next: AcademicTerm | undefined
}

/** Academic terms. What it says of itself holds now: every reading is a new one. */
export interface Term extends Terms {
  /** The terms as they are at a moment, in milliseconds since the epoch. */
  at(ms: number): Terms
}

export const Term = service<Term>('term')

declare module '../file-routes/service.ts' {
  interface RouteContext {
    /** The terms at the moment when the function first reads them. */
    readonly term: Terms
  }
}
