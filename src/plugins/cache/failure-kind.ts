/**
 * What a failure means for an old value. `transient`: it may stand in. `unauthorized` and `gone`: it must go. `refused`:
 * it stays, but does not stand in.
 */
export type FailureKind = 'transient' | 'unauthorized' | 'gone' | 'refused'

/**
 * Tells the kind of whatever was thrown, by the status that it carries (`entry.http` of an ApiError, `statusCode`,
 * `status`, `response.status`, or the number itself): 401 and 403 are `unauthorized`, 404 and 410 `gone`, other 4xx
 * `refused`, but 408, 425 and 429 `transient`, as is what the catalogue marks so. Texts and nothing, which are answered
 * with 400, are `refused`. All else (timeouts, connections, 5xx, programming errors) is `transient`.
 */
export function failureKind(thrown: unknown): FailureKind {
  try {
    return typeof thrown === 'object' && thrown !== null ? kindOfObject(thrown) : kindOfPrimitive(thrown)
  } catch {
    return 'transient'
  }
}

/** The parts of errors that tell their kind. Any of them may be missing or of another type. */
interface Telling {
  readonly entry?: { readonly transient?: unknown; readonly http?: unknown }
  readonly statusCode?: unknown
  readonly status?: unknown
  readonly response?: { readonly status?: unknown }
}

const soonBetter = new Set([408, 425, 429])

function kindOfObject({ entry, statusCode, status, response }: Telling): FailureKind {
  if (entry?.transient === true) return 'transient'
  const told = [entry?.http, statusCode, status, response?.status].find(isFailureStatus)
  return told === undefined ? 'transient' : kindOfStatus(told)
}

function kindOfPrimitive(thrown: unknown): FailureKind {
  if (isFailureStatus(thrown)) return kindOfStatus(thrown)
  return typeof thrown === 'string' || !thrown ? 'refused' : 'transient'
}

function kindOfStatus(status: number): FailureKind {
  if (status >= 500 || soonBetter.has(status)) return 'transient'
  if (status === 401 || status === 403) return 'unauthorized'
  return status === 404 || status === 410 ? 'gone' : 'refused'
}

function isFailureStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599
}
