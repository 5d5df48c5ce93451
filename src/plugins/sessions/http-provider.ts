import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { SessionSettings } from './config.ts'
import type { IdentityProvider } from './service.ts'

/** Answers that say that the password is wrong. */
const refusals = new Set<unknown>([401, 403])

/**
 * The provider `http`: an upstream that takes a name and a password and answers, with JSON, who that is. 401 and 403
 * are refusals.
 */
export function httpProvider(settings: SessionSettings['http']): IdentityProvider {
  const { url, usernameField, passwordField, nameField, schoolnumField, json } = settings
  return {
    name: 'http',
    async verify({ username, password, extra }, { http, signal }) {
      if (!http)
        throw new ApiError(CommonErrors['upstream.unavailable'], { detail: 'http-client is not turned on' })
      const form = { ...extra, [usernameField]: username, [passwordField]: password }
      const sent = json ? http.post(url, undefined, { json: form, signal }) : http.post(url, form, { signal })
      const { data } = await sent.catch(refuse)
      return { name: textAt(data, nameField), schoolnum: textAt(data, schoolnumField) }
    }
  }
}

function refuse(error: unknown): never {
  if (refusals.has(Object(error).status)) throw new ApiError(CommonErrors['auth.failed'], { cause: error })
  throw error
}

/** The text or number behind a path such as `data.name`; empty where there is none. */
function textAt(data: unknown, path: string): string {
  const found = path.split('.').reduce<unknown>((value, name) => {
    const isObject = typeof value === 'object' && value !== null
    return isObject && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
  }, data)
  return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
}
