import { addDays, daysBetween, type Calendar, type Clock } from '../../core/index.ts'
import type { AcademicTerm, Term, Terms } from './service.ts'
import type { PlannedTerm } from './term-plan.ts'

const leastWeeksOfLong = 10

interface Span extends PlannedTerm {
  readonly startDate: number
  readonly endDate: number
}

/** The terms in time. */
export class TermCalendar implements Term {
  readonly #spans: readonly Span[]
  readonly #calendar: Calendar
  readonly #clock: Pick<Clock, 'now'>

  /** @param planned by date */
  constructor(planned: readonly PlannedTerm[], calendar: Calendar, clock: Pick<Clock, 'now'>) {
    this.#spans = planned.map(term => ({
      ...term,
      startDate: calendar.startOf(term.firstDay),
      endDate: calendar.startOf(addDays(term.firstDay, term.weeks * 7))
    }))
    this.#calendar = calendar
    this.#clock = clock
  }

  get list(): readonly AcademicTerm[] {
    return this.#now().list
  }

  get current(): AcademicTerm | undefined {
    return this.#now().current
  }

  get prev(): AcademicTerm | undefined {
    return this.#now().prev
  }

  get next(): AcademicTerm | undefined {
    return this.#now().next
  }

  at(ms: number): Terms {
    const prev = this.#spans.findLast(({ endDate }) => endDate <= ms)
    const next = this.#spans.find(({ startDate }) => startDate > ms)
    const list = this.#spans.map(span => {
      const { name, firstDay, startDate, endDate, weeks } = span
      const isCurrent = startDate <= ms && ms < endDate
      return Object.freeze({
        name,
        startDate,
        endDate,
        weeks,
        isCurrent,
        isNext: span === next,
        isPrev: span === prev,
        isLong: weeks >= leastWeeksOfLong,
        ...(isCurrent && this.#place(firstDay, ms))
      })
    })
    return Object.freeze({
      list: Object.freeze(list),
      current: list.find(({ isCurrent }) => isCurrent),
      prev: list.find(({ isPrev }) => isPrev),
      next: list.find(({ isNext }) => isNext)
    })
  }

  #now(): Terms {
    return this.at(this.#clock.now())
  }

  #place(firstDay: string, ms: number): { readonly week: number; readonly weekday: number } {
    const days = daysBetween(firstDay, this.#calendar.dayOf(ms))
    return { week: Math.floor(days / 7) + 1, weekday: (days % 7) + 1 }
  }
}
