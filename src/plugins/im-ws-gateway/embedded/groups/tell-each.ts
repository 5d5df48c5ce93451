import { setImmediate as breathe } from 'node:timers/promises'
import type { CoreEvent, DeliverOptions } from '../../user-core.ts'
import type { Delivery } from '../contracts.ts'

/** Deliveries until others get their turn. */
const deliveriesAtOnce = 100_000

/** Tells the same users several things, in order, without holding up the process when both are many. */
export async function tellEach(
  delivery: Delivery,
  userIDs: ReadonlySet<string>,
  events: readonly CoreEvent[],
  options: DeliverOptions
): Promise<void> {
  let deliveries = 0
  for (const event of events) {
    if (deliveries > deliveriesAtOnce) {
      deliveries = 0
      await breathe()
    }
    delivery.toUsers(userIDs, event, options)
    deliveries += userIDs.size
  }
}
