import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { MinuteLimits } from '../state/service.ts'
import type { Caller, Callers } from './callers.ts'
import { Errors } from './errors.ts'
import type { SignRequest } from './service.ts'
import type { Stage } from './stage.ts'

export interface CallerLimitsOptions {
  readonly callers: Callers
  readonly rate: MinuteLimits
}

/**
 * Holds callers to their devices, certificates, rate, and number of requests at a time. Requests without a caller, or
 * of one that is not in the settings, come from the gateway itself.
 * @throws {ApiError} `auth.forbidden` (403) or `rate.limited` (429)
 */
export function callerLimits({ callers, rate }: CallerLimitsOptions): Stage {
  const open = new Map<string, number>()
  return async (request, next) => {
    const caller = callers.named(request.caller)
    if (!caller) return next(request)
    const { name, maxQueued, perMinute } = caller
    const narrowed = narrow(request, caller)
    const count = open.get(name) ?? 0
    if (count >= maxQueued) throw limited(1, `This caller has ${count} requests open already.`)
    open.set(name, count + 1)
    try {
      const waitS = await rate.take(name, perMinute)
      if (waitS !== undefined) throw limited(waitS, `This caller may have ${perMinute} signatures a minute.`)
      const signed = await next(narrowed)
      // The card may have been changed since its device was chosen.
      if (narrowed.certNos && !has(narrowed.certNos, signed.certNo))
        throw new ApiError(Errors['sign.card_swapped'])
      return signed
    } finally {
      open.set(name, (open.get(name) ?? 1) - 1)
    }
  }
}

function narrow(request: SignRequest, { devices, certNos }: Caller): SignRequest {
  return {
    ...request,
    ...(devices.length > 0 && { devices: both(request.devices, devices, 'device') }),
    ...(certNos.length > 0 && { certNos: both(request.certNos, certNos, 'certificate') })
  }
}

/** What is wanted and allowed. */
function both(
  wanted: readonly string[] | undefined,
  allowed: readonly string[],
  what: string
): readonly string[] {
  const left = wanted?.filter(one => has(allowed, one)) ?? allowed
  if (left.length > 0) return left
  throw new ApiError(CommonErrors['auth.forbidden'], { detail: `This caller may not use this ${what}.` })
}

function has(list: readonly string[], one: string): boolean {
  return list.some(other => other.toLowerCase() === one.toLowerCase())
}

function limited(retryAfter: number, detail: string): ApiError {
  return new ApiError(CommonErrors['rate.limited'], { retryAfter, detail })
}
