import { expect } from 'vitest'
import { conversations, history, read, totalUnread, type Kept, type Place, type Shown } from '../raw-chat.ts'
import type { LastingDevice } from './lasting-device.ts'
import { partialKey, there, type Played } from './play.ts'

/** What a device says when it is asked. */
interface View {
  readonly list: ReadonlyMap<string, Shown>
  readonly total: number
  readonly pages: readonly (readonly Kept[])[]
}

/** Looks at what every device says, at what it was told, and at what was really said. */
export async function compare(played: Played): Promise<void> {
  const { userIDs, groupID, devices } = played
  const histories = new Map<string, readonly Kept[]>()
  for (const [user, own] of devices.entries()) {
    const places: readonly Place[] = [
      { groupID },
      ...userIDs.filter((_, other) => other !== user).map(userID => ({ userID }))
    ]
    const views: View[] = []
    for (const device of own) {
      const view = await look(device, places)
      const whole = places.map(place => !played.partial.has(partialKey(user, place)))
      heardAll(device, view.pages.filter((_, index) => places[index] && (whole[index] || index > 0)).flat())
      for (const [index, page] of view.pages.entries()) {
        const key = keyOf(there(userIDs[user]), there(places[index]))
        if (whole[index]) expect(page).toEqual(histories.get(key) ?? histories.set(key, page).get(key))
      }
      views.push(view)
    }
    for (const view of views) expect(view).toEqual(views[0])
  }
  saidOnce(played, histories)
}

/** What a device shows is what it was told. */
async function look(device: LastingDevice, places: readonly Place[]): Promise<View> {
  const { raw } = device
  // Whatever was to come by itself has come once this is answered.
  const list = await conversations(raw)
  const total = await totalUnread(raw)
  const audible = [...list.values()].filter(({ recvMsgOpt }) => recvMsgOpt === 0)
  expect(total).toBe(audible.reduce((sum, { unread }) => sum + unread, 0))
  expect(device.conversations()).toEqual(list)
  expect(device.unread()).toBe(total)
  return { list, total, pages: await Promise.all(places.map(place => history(raw, place))) }
}

/** A device has heard of every message, its own aside: of none twice, unless it had to be told again. */
function heardAll(device: LastingDevice, messages: readonly Kept[]): void {
  const heard = device.heard()
  const known = new Set([...heard, ...device.sent])
  const unheard = messages.filter(({ text, clientMsgID }) => text !== undefined && !known.has(clientMsgID))
  const { userID, dialect } = device.raw
  const twice = device.mayHearTwice ? 0 : heard.length - new Set(heard).size
  // Whose device it is stands in what is reported.
  const who = { userID, dialect }
  expect({ ...who, unheard, twice }).toEqual({ ...who, unheard: [], twice: 0 })
  expect(heard.filter(id => device.sent.has(id))).toEqual([])
}

/** What was acknowledged stands once where those look who see everything. */
function saidOnce({ userIDs, said, revoked }: Played, histories: ReadonlyMap<string, readonly Kept[]>): void {
  for (const [user, messages] of said.entries()) {
    for (const { clientMsgID, place } of messages) {
      const found = histories
        .get(keyOf(there(userIDs[user]), place))
        ?.filter(one => one.clientMsgID === clientMsgID)
      // What was taken back may have left a line.
      const wanted = revoked.has(clientMsgID) ? found?.map(() => undefined) : [clientMsgID]
      if (found) expect(found.map(({ text }) => text)).toEqual(wanted)
    }
  }
}

function keyOf(from: string, place: Place): string {
  return 'groupID' in place ? 'group' : [from, place.userID].toSorted().join()
}

/** Everybody reads everything on one of his devices: nothing is unread on the others. */
export async function readAll({ devices }: Played): Promise<void> {
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
