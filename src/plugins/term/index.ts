import { calendarOf, Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { FileRoutes } from '../file-routes/service.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Term } from './service.ts'
import { TermCalendar } from './term-calendar.ts'
import { planTerms } from './term-plan.ts'

export default definePlugin({
  name: 'term',
  description: 'Academic terms: which one it is, the one before and the one to come.',
  config: Config,
  needs: { fileRoutes: optional(FileRoutes), clock: optional(Clock) },
  provides: Term,
  check: checkSettings,

  setup(_, { config: { terms, timezone }, log, fileRoutes, clock = systemClock }) {
    if (Object.keys(terms).length === 0) log.warn('there are no terms: set terms')
    const calendar = new TermCalendar(planTerms(terms), calendarOf(timezone), clock)
    fileRoutes?.extend('term', () => calendar.at(clock.now()))
    return calendar
  }
})
