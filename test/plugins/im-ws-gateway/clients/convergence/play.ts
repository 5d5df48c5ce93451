import type { Chat } from '../gateway.ts'
import { changeMembers, makeGroup, read, revoke, say, settings, type Place } from '../raw-chat.ts'
import { LastingDevice, type Parting } from './lasting-device.ts'
import { people, type Script, type Step } from './script.ts'

/** One for each device of a user, so that none takes the place of another. */
const platforms = [5, 2]

/** A message that was acknowledged. */
export interface Message {
  readonly clientMsgID: string
  readonly place: Place
}

/** What is left of a run to be compared. */
export interface Played {
  readonly userIDs: readonly string[]
  readonly groupID: string
  /** By user. */
  readonly devices: readonly (readonly LastingDevice[])[]
  readonly said: readonly (readonly Message[])[]
  readonly revoked: ReadonlySet<string>
  /** Where somebody does not see what others see: he has cleared it, or was not always there. By `partialKey`. */
  readonly partial: ReadonlySet<string>
}

/** @param user as a number */
export function partialKey(user: number, place: Place): string {
  return `${user} ${'groupID' in place ? 'group' : place.userID}`
}

/** Lets users do what a script says. */
export async function play(gateway: Chat, prefix: string, script: Script): Promise<Played> {
  const { devices: kinds, steps } = script
  const userIDs = kinds.map((_, user) => `${prefix}-u${user}`)
  await gateway.rest.register(...userIDs)
  const start = (dialect: '2.3' | '3', user: number, index: number): Promise<LastingDevice> => {
    const platformID = platforms[index] ?? 5
    return LastingDevice.start(() => gateway.raw({ userID: userIDs[user] ?? '', dialect, platformID }))
  }
  const devices = await Promise.all(
    kinds.map((dialects, user) => Promise.all(dialects.map((dialect, index) => start(dialect, user, index))))
  )
  const owner = there(devices[0]?.[0])
  const groupID = await makeGroup(owner.raw, userIDs.slice(1))
  const said: Message[][] = userIDs.map(() => [])
  const revoked = new Set<string>()
  const partial = new Set<string>()

  const perform = async (step: Step, id: string): Promise<void> => {
    const { kind, user, device: which, place: where } = step
    const own = there(devices[user])
    const device = there(own[which % own.length])
    const place = where === 0 ? { groupID } : { userID: userIDs[(user + where) % people] ?? '' }
    switch (kind) {
      case 'reconnect':
        return device.reconnect(partingIn(step))
      case 'read':
        return device.use(raw => read(raw, place))
      case 'say':
        device.sent.add(id)
        await device.use(raw => say(raw, place, id))
        return void said[user]?.push({ clientMsgID: id, place })
      case 'revoke': {
        const message = said[user]?.at(-1 - step.which)
        if (!message || revoked.has(message.clientMsgID)) return
        await device.use(raw => revoke(raw, message.place, message.clientMsgID))
        return void revoked.add(message.clientMsgID)
      }
      case 'invite':
      case 'kick': {
        const member = Math.max(1, user)
        partial.add(partialKey(member, { groupID }))
        return owner.use(raw => changeMembers(raw, kind, groupID, userIDs[member] ?? ''))
      }
      default:
        if (kind === 'clear' || kind === 'remove') partial.add(partialKey(user, place))
        await device.use(async raw => void (await settings[kind](raw, place)))
    }
  }
  // Not everything is possible at every moment: what is refused has not happened.
  const attempt = async (step: Step, id: string): Promise<void> => {
    try {
      await perform(step, id)
    } catch (error) {
      if (!/ was refused with /.test(String(error))) throw error
    }
  }
  const busy: Promise<void>[] = []
  for (const [index, step] of steps.entries()) {
    if (!step.atOnce) await Promise.all(busy.splice(0))
    busy.push(attempt(step, `${prefix}-m${index}`))
    if (!step.atOnce && step.kind === 'reconnect') await Promise.all(busy.splice(0))
  }
  await Promise.all(busy)
  return { userIDs, groupID, devices, said, revoked, partial }
}

function partingIn({ atOnce, which }: Step): Parting {
  if (atOnce) return 'is cut off'
  return which % 2 === 0 ? 'logs out' : 'closes'
}

export function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('it is not there')
  return found
}
