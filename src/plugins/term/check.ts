import { addDays, daysBetween, isTimeZone, type SettingProblem } from '../../core/index.ts'
import type { TermSettings } from './config.ts'
import { parseDay, planTerms, type PlannedTerm } from './term-plan.ts'

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** The epoch began on the Thursday after it. */
const someMonday = '1969-12-29'

/** What a schema cannot see in the settings. */
export function checkSettings({ terms, timezone }: TermSettings): SettingProblem[] {
  const problems = [...nameProblems(Object.keys(terms)), ...Object.entries(terms).flatMap(startProblem)]
  if (!isTimeZone(timezone))
    problems.push({ path: ['timezone'], message: 'is no time zone', hint: 'write it as Asia/Shanghai' })
  return problems.length > 0 ? problems : overlaps(planTerms(terms))
}

/** Names that nobody could tell apart, or that end otherwise than they look. */
function nameProblems(names: readonly string[]): SettingProblem[] {
  const plain = names.map(name => name.normalize('NFKC').trim().toLowerCase())
  return names.flatMap((name, index) => {
    const problem = (message: string): SettingProblem[] => [{ path: ['terms', name], message }]
    if (name.trim() === '' || name.length > 64) return problem('has a name of no or more than 64 characters')
    if (name !== name.trim()) return problem('has a name that begins or ends with a space')
    return plain.indexOf(plain[index] ?? '') === index ? [] : problem('has the name of another term')
  })
}

/** Weeks begin on Mondays: those of a term that does not would be counted wrong, and it is a slip as a rule. */
function startProblem([name, given]: [string, TermSettings['terms'][string]]): SettingProblem[] {
  const [start, path] =
    typeof given === 'string' ? [given, ['terms', name]] : [given.start, ['terms', name, 'start']]
  const day = parseDay(start)
  if (day === undefined)
    return [{ path, message: 'is no day of the calendar', hint: 'write it as 2026-8-31' }]
  const late = daysBetween(someMonday, day) % 7
  if (late === 0) return []
  const hint = `the Monday of that week is ${addDays(day, -late)}`
  return [{ path, message: `is a ${weekdays[late]}; terms begin on Mondays, as weeks do`, hint }]
}

function overlaps(planned: readonly PlannedTerm[]): SettingProblem[] {
  return planned.flatMap(({ name, firstDay }, index) => {
    const before = planned[index - 1]
    const free = before && addDays(before.firstDay, before.weeks * 7)
    if (free === undefined || free <= firstDay) return []
    const hint = `say how many weeks ${before?.name} lasts: { start, weeks }`
    return [
      { path: ['terms', name], message: `begins before ${before?.name} is over, which is on ${free}`, hint }
    ]
  })
}
