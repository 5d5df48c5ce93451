import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { people, scripts, type Script, type Step } from './convergence.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { LastingDevice } from './lasting-device.ts'
import {
  conversations,
  history,
  makeGroup,
  read,
  revoke,
  say,
  totalUnread,
  type Kept,
  type Place
} from './raw-chat.ts'

const runs = Number(process.env['PAIFANG_TEST_IM_RUNS'] ?? 30)
/** One for each device of a user, so that none takes the place of another. */
const platforms = [5, 2]

interface Message {
  readonly clientMsgID: string
  readonly place: Place
}

/** What is left of a run to be compared. */
interface Played {
  readonly userIDs: readonly string[]
  readonly groupID: string
  readonly devices: readonly (readonly LastingDevice[])[]
  /** By user. */
  readonly said: readonly (readonly Message[])[]
  readonly revoked: ReadonlySet<string>
}

test(
  'whatever five users do at once, all devices of each end with the same conversations, counts and histories',
  { timeout: 120_000 },
  async () => {
    await using gateway = await startGateway()
    let run = 0
    const property = fc.asyncProperty(scripts, async script => {
      const played = await play(gateway, `r${run++}`, script)
      await compare(played)
      await readAll(played)
      await Promise.all(played.devices.flat().map(device => device.close()))
    })
    await fc.assert(property, {
      numRuns: runs,
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: true
    })
    expect(run).toBeGreaterThanOrEqual(runs)
  }
)

async function play(gateway: Gateway, prefix: string, { devices: kinds, steps }: Script): Promise<Played> {
  const userIDs = kinds.map((_, user) => `${prefix}-u${user}`)
  await gateway.rest.register(...userIDs)
  const start = (dialect: '2.3' | '3', user: number, index: number): Promise<LastingDevice> => {
    const platformID = platforms[index] ?? 5
    return LastingDevice.start(() => gateway.raw({ userID: userIDs[user] ?? '', dialect, platformID }))
  }
  const devices = await Promise.all(
    kinds.map((dialects, user) => Promise.all(dialects.map((dialect, index) => start(dialect, user, index))))
  )
  const groupID = await makeGroup(there(devices[0]?.[0]).raw, userIDs.slice(1))
  const said: Message[][] = userIDs.map(() => [])
  const revoked = new Set<string>()

  const perform = async (step: Step, id: string): Promise<void> => {
    const { kind, user, device: which, place: where, which: back } = step
    const own = there(devices[user])
    const device = there(own[which % own.length])
    const place = where === 0 ? { groupID } : { userID: userIDs[(user + where) % people] ?? '' }
    if (kind === 'reconnect') return device.reconnect(step.atOnce ? 'is cut off' : 'leaves')
    if (kind === 'read') return device.use(raw => read(raw, place).catch(() => undefined))
    if (kind === 'say') {
      device.sent.add(id)
      await device.use(raw => say(raw, place, id))
      return void said[user]?.push({ clientMsgID: id, place })
    }
    const message = said[user]?.at(-1 - back)
    if (!message || revoked.has(message.clientMsgID)) return
    revoked.add(message.clientMsgID)
    await device.use(raw => revoke(raw, message.place, message.clientMsgID))
  }
  const busy: Promise<void>[] = []
  for (const [index, step] of steps.entries()) {
    if (!step.atOnce) await Promise.all(busy.splice(0))
    busy.push(perform(step, `${prefix}-m${index}`))
    if (!step.atOnce && step.kind === 'reconnect') await Promise.all(busy.splice(0))
  }
  await Promise.all(busy)
  return { userIDs, groupID, devices, said, revoked }
}

/** Looks at what every device says, at what it was told, and at what was really said. */
async function compare({ userIDs, groupID, devices, said, revoked }: Played): Promise<void> {
  const places: readonly Place[] = [{ groupID }, ...userIDs.map(userID => ({ userID }))]
  const keyOf = (from: string, place: Place): string =>
    'groupID' in place ? 'group' : [from, place.userID].toSorted().join()
  const histories = new Map<string, readonly Kept[]>()
  for (const [user, own] of devices.entries()) {
    const views = []
    for (const device of own) {
      const { raw } = device
      // Whatever was to come by itself has come once this is answered.
      const list = await conversations(raw)
      const total = await totalUnread(raw)
      expect(total).toBe([...list.values()].reduce((sum, { unread }) => sum + unread, 0))
      expect(device.conversations()).toEqual(list)
      expect(device.unread()).toBe(total)
      const others = places.filter(place => !('userID' in place) || place.userID !== raw.userID)
      const pages = await Promise.all(others.map(place => history(raw, place)))
      for (const [index, place] of others.entries()) {
        const key = keyOf(raw.userID, place)
        histories.set(key, histories.get(key) ?? pages[index] ?? [])
        expect(pages[index]).toEqual(histories.get(key))
      }
      const heard = device.heard()
      const known = new Set([...heard, ...device.sent])
      const texts = pages.flat().filter(({ text }) => text !== undefined)
      const unheard = texts.filter(({ clientMsgID }) => !known.has(clientMsgID))
      expect(unheard).toEqual([])
      expect(device.mayHearTwice ? 0 : heard.length - new Set(heard).size).toBe(0)
      expect(heard.filter(id => device.sent.has(id))).toEqual([])
      views.push({ list, total, pages })
    }
    for (const view of views) expect(view).toEqual(views[0])
    for (const { clientMsgID, place } of said[user] ?? []) {
      const kept = histories.get(keyOf(userIDs[user] ?? '', place)) ?? []
      const found = kept.filter(one => one.clientMsgID === clientMsgID).map(({ text }) => text)
      // What was taken back may have left a line.
      const wanted = revoked.has(clientMsgID) ? found.map(() => undefined) : [clientMsgID]
      expect(found).toEqual(wanted)
    }
  }
}

/** Everybody reads everything on one of his devices: nothing is unread on the others. */
async function readAll({ devices }: Played): Promise<void> {
  for (const own of devices) {
    const { raw } = there(own[0])
    for (const { with: other, isGroup } of (await conversations(raw)).values()) {
      await read(raw, isGroup ? { groupID: other } : { userID: other })
    }
    for (const device of own) {
      const list = await conversations(device.raw)
      expect([...list.values()].filter(({ unread }) => unread > 0)).toEqual([])
      expect(device.conversations()).toEqual(list)
      expect(await totalUnread(device.raw)).toBe(0)
      expect(device.unread()).toBe(0)
    }
  }
}

function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('it is not there')
  return found
}
