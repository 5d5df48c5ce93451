import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { people, scripts, type Script, type Step } from './convergence.ts'
import { startGateway, type Gateway } from './gateway.ts'
import {
  conversations,
  history,
  read,
  revoke,
  say,
  shown,
  totalUnread,
  type Place,
  type Shown
} from './raw-chat.ts'
import type { Raw, RawFrame } from './raw-client.ts'

const runs = Number(process.env['PAIFANG_TEST_IM_RUNS'] ?? 30)
/** One for each device of a user, so that none takes the place of another. */
const platforms = [5, 2]

interface Message {
  readonly clientMsgID: string
  readonly place: Place
}

test(
  'whatever five users do at once, all devices of each end with the same conversations, counts and histories',
  { timeout: 120_000 },
  async () => {
    await using gateway = await startGateway()
    let run = 0
    await fc.assert(
      fc.asyncProperty(scripts, script => play(gateway, `r${run++}`, script)),
      { numRuns: runs }
    )
    expect(run).toBeGreaterThanOrEqual(runs)
  }
)

async function play(gateway: Gateway, prefix: string, { devices, steps }: Script): Promise<void> {
  const userIDs = devices.map((_, user) => `${prefix}-u${user}`)
  await gateway.rest.register(...userIDs)
  const open = (user: number, device: number): Promise<Raw> => {
    const dialect = devices[user]?.[device] ?? '3'
    return gateway.raw({ userID: userIDs[user] ?? '', dialect, platformID: platforms[device] ?? 5 })
  }
  const raws = await Promise.all(
    devices.map((kinds, user) => Promise.all(kinds.map((_, device) => open(user, device))))
  )
  const groupID = await makeGroup(there(raws[0]?.[0]), userIDs)
  const placeOf = ({ user, place }: Step): Place => {
    return place === 0 ? { groupID } : { userID: userIDs[(user + place) % people] ?? '' }
  }
  const said: Message[][] = userIDs.map(() => [])
  const revoked = new Set<string>()
  const inRaws = async (step: Step, index: number): Promise<void> => {
    const own = there(raws[step.user])
    const device = step.device % own.length
    const raw = there(own[device])
    const place = placeOf(step)
    if (step.kind === 'say') {
      const clientMsgID = `${prefix}-m${index}`
      await say(raw, place, clientMsgID)
      said[step.user]?.push({ clientMsgID, place })
    } else if (step.kind === 'read') {
      await read(raw, place).catch(() => undefined)
    } else if (step.kind === 'revoke') {
      const message = said[step.user]?.at(-1 - step.which)
      if (!message || revoked.has(message.clientMsgID)) return
      revoked.add(message.clientMsgID)
      await revoke(raw, message.place, message.clientMsgID)
    } else {
      await raw.close()
      own[device] = await open(step.user, device)
    }
  }
  const busy: Promise<void>[] = []
  for (const [index, step] of steps.entries()) {
    // A connection cannot end while something is under way on it.
    if (!step.atOnce || step.kind === 'reconnect') await Promise.all(busy.splice(0))
    const done = inRaws(step, index)
    if (step.kind === 'reconnect') await done
    else busy.push(done)
  }
  await Promise.all(busy)
  await compare(raws, userIDs, groupID, said, revoked)
  await Promise.all(raws.flat().map(raw => raw.close()))
}

/** Looks at what every device says, at what it was told, and at what was really said. */
async function compare(
  raws: readonly (readonly Raw[])[],
  userIDs: readonly string[],
  groupID: string,
  said: readonly (readonly Message[])[],
  revoked: ReadonlySet<string>
): Promise<void> {
  const places: readonly Place[] = [{ groupID }, ...userIDs.map(userID => ({ userID }))]
  const keyOf = (from: string, place: Place): string =>
    'groupID' in place ? 'group' : [from, place.userID].toSorted().join()
  const histories = new Map<string, unknown>()
  for (const [user, devices] of raws.entries()) {
    const views = []
    for (const raw of devices) {
      // Whatever was to come by itself has come once this is answered.
      const list = await conversations(raw)
      const total = await totalUnread(raw)
      expect(total).toBe([...list.values()].reduce((sum, { unread }) => sum + unread, 0))
      expect(followed(raw, list)).toEqual(list)
      const others = places.filter(place => !('userID' in place) || place.userID !== raw.userID)
      const pages = await Promise.all(others.map(place => history(raw, place)))
      for (const [index, place] of others.entries()) {
        const key = keyOf(raw.userID, place)
        histories.set(key, histories.get(key) ?? pages[index])
        expect(pages[index]).toEqual(histories.get(key))
      }
      views.push({ list, total, pages })
    }
    for (const view of views) expect(view).toEqual(views[0])
    for (const { clientMsgID, place } of said[user] ?? []) {
      const kept = histories.get(keyOf(userIDs[user] ?? '', place)) as readonly {
        clientMsgID: string
        text?: string
      }[]
      const found = kept.filter(one => one.clientMsgID === clientMsgID)
      const wanted = revoked.has(clientMsgID) ? undefined : clientMsgID
      if (found.length > 0 || wanted !== undefined) expect(found.map(({ text }) => text)).toEqual([wanted])
    }
  }
}

/** What a device shows that has put every event into its list, where it has heard of a conversation at all. */
function followed(raw: Raw, list: ReadonlyMap<string, Shown>): ReadonlyMap<string, Shown> {
  const view = new Map(list)
  const isList = ({ event }: RawFrame): boolean => /^On(NewConversation|ConversationChanged)$/.test(event)
  for (const { data } of raw.frames.filter(isList)) {
    for (const one of (JSON.parse(data) as readonly unknown[]).map(shown)) view.set(one.with, one)
  }
  return view
}

async function makeGroup(owner: Raw, userIDs: readonly string[]): Promise<string> {
  const memberUserIDs = userIDs.slice(1)
  const groupInfo = { groupType: 2, groupName: 'G' }
  const memberList = memberUserIDs.map(userID => ({ userID, roleLevel: 1 }))
  const args =
    owner.dialect === '3'
      ? [JSON.stringify({ memberUserIDs, groupInfo, adminUserIDs: [], ownerUserID: owner.userID })]
      : { groupBaseInfo: JSON.stringify(groupInfo), memberList: JSON.stringify(memberList) }
  return ((await owner.ask('CreateGroup', args)) as { readonly groupID: string }).groupID
}

function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('it is not there')
  return found
}
