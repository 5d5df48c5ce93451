import { expect, test } from 'vitest'
import type { Delivery } from '../../../../src/plugins/im-ws-gateway/embedded/contracts.ts'
import { tellEach } from '../../../../src/plugins/im-ws-gateway/embedded/groups/tell-each.ts'
import type { CoreEvent } from '../../../../src/plugins/im-ws-gateway/user-core.ts'

test('many events to many users come in order, and others get their turn between them', async () => {
  const log: string[] = []
  const delivery: Delivery = {
    toUser: () => undefined,
    toUsers: (_userIDs, event) => void log.push('count' in event ? String(event.count) : event.kind),
    platformsOf: () => []
  }
  const userIDs = new Set(Array.from({ length: 60_000 }, (_, index) => `user${index}`))
  const events = [1, 2, 3, 4].map((count): CoreEvent => ({ kind: 'totalUnread', count }))
  setImmediate(() => log.push('somebody else'))
  await tellEach(delivery, userIDs, events, {})
  expect(log).toEqual(['1', '2', 'somebody else', '3', '4'])
})
