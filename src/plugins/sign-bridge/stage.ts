import type { Device } from './device.ts'
import type { Signed } from './job.ts'
import type { SignRequest } from './service.ts'

/** Takes a request further towards the card, and brings its signature back. */
export type Next = (request: SignRequest) => Promise<Signed<Device>>

/**
 * One thing that happens to every request on its way: it may refuse, change the request, look at the signature or
 * the failure that comes back, and answer by itself. Stages are named and ordered in index.ts, outermost first.
 */
export type Stage = (request: SignRequest, next: Next) => Promise<Signed<Device>>

/** Puts stages around the last step. */
export function through(stages: readonly Stage[], last: Next): Next {
  return stages.reduceRight<Next>((next, stage) => request => stage(request, next), last)
}
