import type { Device } from './device.ts'
import type { Signed } from './job.ts'
import type { SignRequest } from './service.ts'

/** What is known of a device wherever a signature may come from memory. */
export interface Named {
  readonly name: string
}

/** Takes a request further towards the card, and brings its signature back. */
export type Next<Maker extends Named = Named> = (request: SignRequest) => Promise<Signed<Maker>>

/**
 * One thing that happens to every request on its way: it may refuse, change the request, look at the signature or
 * the failure that comes back, and answer by itself. Stages are named and ordered in index.ts, outermost first.
 */
export type Stage<Maker extends Named = Named> = (
  request: SignRequest,
  next: Next<Maker>
) => Promise<Signed<Maker>>

/** A stage next to the cards: what comes back was made by a device just now. */
export type DeviceStage = Stage<Device>

/** Puts stages around the last step. */
export function through<Maker extends Named>(
  stages: readonly Stage<Maker>[],
  last: Next<Maker>
): Next<Maker> {
  return stages.reduceRight<Next<Maker>>((next, stage) => request => stage(request, next), last)
}
