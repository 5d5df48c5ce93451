import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import type { Delivery } from '../../../../src/plugins/im-ws-gateway/embedded/contracts.ts'
import {
  openSignals,
  type OpenSignals
} from '../../../../src/plugins/im-ws-gateway/embedded/signals/signals.ts'
import type { Group, Invitation, SignalRoom } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { CoreEvent, DeliverOptions, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'

export interface Told {
  readonly to: string
  readonly event: CoreEvent
  readonly options?: DeliverOptions
}

export interface TestSignals extends OpenSignals {
  readonly clock: FakeClock
  /** What was told since it was last asked. */
  told(): Told[]
  /** The same as lines: `u2 newInvitation by u1`. */
  lines(): string[]
  /** `<owner> <blocked>`. */
  readonly blocks: Set<string>
  readonly groups: Map<string, { readonly members: Set<string>; readonly status: number }>
  /** Devices by user, each the only one that a user acts from. */
  device(userID: string): Device
  invite(inviter: string, invitees: readonly string[], more?: Partial<Invitation>): Promise<SignalRoom>
  act(what: 'Accept' | 'Reject' | 'Cancel' | 'HangUp', userID: string, roomID?: string): Promise<unknown>
}

/** Calls among users whose ids begin with `u`; nobody else exists. */
export function testSignals(): TestSignals {
  const clock = fakeClock()
  const blocks = new Set<string>()
  const groups: TestSignals['groups'] = new Map()
  const devices = new Map<string, Device>()
  let told: Told[] = []

  const toUser: Delivery['toUser'] = (to, event, options) =>
    void told.push({ to, event, ...(options && { options }) })
  const signals = openSignals({
    delivery: {
      toUser,
      toUsers(userIDs, event, options) {
        for (const to of userIDs) toUser(to, event, options)
      },
      platformsOf: () => []
    },
    clock,
    people: {
      async assertMayWrite(from, to) {
        if (!to.startsWith('u')) throw new ImError('userNotFound')
        if (blocks.has(`${to} ${from}`)) throw new ImError('blocked')
      }
    },
    groups: {
      async group(groupID) {
        const group = groups.get(groupID)
        return group && ({ groupID, status: group.status } as Group)
      },
      memberIDs: async groupID => groups.get(groupID)?.members ?? new Set()
    }
  })

  const takeTold = (): Told[] => {
    const taken = told
    told = []
    return taken
  }
  const device = (userID: string): Device => {
    const known = devices.get(userID) ?? { platformID: 5 }
    devices.set(userID, known)
    return known
  }
  return {
    ...signals,
    clock,
    blocks,
    groups,
    device,
    told: takeTold,
    lines: () =>
      takeTold().map(({ to, event }) =>
        'action' in event ? `${to} ${event.kind} by ${event.action.opUserID}` : `${to} ${event.kind}`
      ),
    invite(inviter, inviteeUserIDList, more = {}) {
      const invitation = { roomID: 'r', timeout: 30, ...more, inviteeUserIDList: [...inviteeUserIDList] }
      const name = invitation.groupID ? 'signalInviteInGroup' : 'signalInvite'
      return signals.part[name](inviter, { invitation }, device(inviter))
    },
    act: (what, userID, roomID = 'r') =>
      signals.part[`signal${what}`](userID, { invitation: { roomID } }, device(userID))
  }
}
