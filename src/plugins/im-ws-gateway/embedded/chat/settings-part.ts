import { ImError } from '../../codes.ts'
import { sessionType } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { Part } from '../contracts.ts'
import { appearanceOf, type ChatContext } from './context.ts'
import { conversationOf } from './conversation-of.ts'
import { keepNotice } from './notices.ts'
import { storable } from '../people/storable.ts'
import { newSeat, endOf } from './seat-row.ts'
import { changeSeats } from './seat-changes.ts'
import type { SeatRow } from './rows.ts'

type Names =
  | 'setConversationDraft'
  | 'pinConversation'
  | 'setConversationRecvMessageOpt'
  | 'setConversationPrivateChat'
  | 'setConversationBurnDuration'
  | 'resetConversationGroupAtType'

/** The line in a chat that says that it is, or is no longer, private. */
const privateChatNotice = 1701

/** What users choose for their conversations. */
export function settingsPart(context: ChatContext): Part<Names> {
  const set = async (
    userID: string,
    conversationIDs: readonly string[],
    device: Device,
    values: Partial<SeatRow>
  ): Promise<void> => {
    const seats = await Promise.all(conversationIDs.map(id => conversationOf(context, userID, id)))
    await changeSeats(context, seats, device, row => merged(row, values))
  }
  return {
    async setConversationDraft(userID, { conversationID, draftText }, device) {
      const seat = await conversationOf(context, userID, conversationID)
      await changeSeats(context, [seat], device, (row, _numbers, { now }) => ({
        ...row,
        draftText: storable(draftText),
        draftTextTime: draftText ? now : 0,
        keptTime: draftText && !seat.isListed ? now : row.keptTime
      }))
    },
    pinConversation: (userID, { conversationID, isPinned }, device) =>
      set(userID, [conversationID], device, { isPinned: Number(isPinned) }),
    setConversationRecvMessageOpt: (userID, { conversationIDList, opt }, device) =>
      set(userID, [...new Set(conversationIDList)], device, { recvMsgOpt: opt }),
    async setConversationPrivateChat(userID, { conversationID, isPrivate }, device) {
      const changed = await setForBoth(context, userID, conversationID, device, {
        isPrivateChat: Number(isPrivate)
      })
      if (!changed) return
      const tips = isPrivate ? '开启了私聊' : '关闭了私聊'
      const detail = { sendID: userID, recvID: changed.peer, isPrivate }
      const notice = { contentType: privateChatNotice, sendID: userID, recvID: changed.peer, detail, tips }
      await keepNotice(context, notice, { cause: device })
    },
    async setConversationBurnDuration(userID, { conversationID, burnDuration }, device) {
      await setForBoth(context, userID, conversationID, device, { burnDuration })
    },
    async resetConversationGroupAtType(userID, { conversationID }, device) {
      const seat = await conversationOf(context, userID, conversationID)
      await changeSeats(context, [seat], device, (row, numbers) =>
        merged(row, { atResetSeq: endOf(row, numbers).seq })
      )
    }
  }
}

/** The same row when nothing changes. */
function merged(row: SeatRow, values: Partial<SeatRow>): SeatRow {
  const names = Object.keys(values) as (keyof SeatRow)[]
  return names.every(name => row[name] === values[name]) ? row : { ...row, ...values }
}

/**
 * Sets what both sides of a single chat have in common.
 * @returns the other side; `undefined`: nothing changed
 * @throws {ImError} `badArguments` for another kind of conversation
 */
async function setForBoth(
  context: ChatContext,
  userID: string,
  conversationID: string,
  device: Device,
  values: Partial<SeatRow>
): Promise<{ readonly peer: string } | undefined> {
  const { place, row: own } = await conversationOf(context, userID, conversationID)
  if (place.type !== sessionType.single) throw new ImError('badArguments', 'that is for single chats')
  const peer = own.sourceID
  const appearance = await appearanceOf(context, peer, place)
  return context.turns.change(async turn => {
    let isChanged = false
    for (const id of new Set([userID, peer])) {
      const row = (await turn.seat(id, place)) ?? newSeat(id, place)
      const changed = merged(row, values)
      if (changed === row) continue
      isChanged = true
      turn.put(changed, place, appearance)
      turn.news.push({ what: 'seat', userID: id, place, ...(id === userID && { cause: device }) })
    }
    return isChanged ? { peer } : undefined
  })
}
