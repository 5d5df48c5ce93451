import type { Message } from '../../model.ts'
import { conversationIDs, role, sessionType } from '../../model.ts'
import type { OperationName } from '../../operations/index.ts'
import { contentTypesOfV2 } from '../content-type-v2.ts'
import { sourceID } from '../conversation-id.ts'
import type { Generation } from '../dialect.ts'
import { givenMessages } from '../given-message.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { roleOfV2 } from '../role-v2.ts'

/** A call as it was read, before its arguments are checked. */
export interface Draft {
  readonly operation: OperationName
  readonly args: JsonObject
}

export interface Reader {
  readonly generation: Generation
  readonly viewerID: string
}

/** Makes of what clients say what an operation wants, where a name and a place are not enough. */
export type Adapter = (draft: Draft, reader: Reader) => Draft

function changed(draft: Draft, args: JsonObject): Draft {
  return { ...draft, args: { ...draft.args, ...args } }
}

/** `userID`, `groupID`, or `sourceID` and `sessionType`, name the conversation where no id does. */
export const byParty: Adapter = (draft, { viewerID }) => {
  const { userID, groupID, sourceID: source, sessionType: kind, conversationID, ...rest } = draft.args
  const id =
    conversationID ||
    named(groupID, sessionType.superGroup) ||
    named(userID, sessionType.single) ||
    named(source, Number(kind))
  return { ...draft, args: id === undefined ? rest : { ...rest, conversationID: id } }

  function named(party: unknown, of: number): string | undefined {
    if (typeof party !== 'string' && typeof party !== 'number') return undefined
    return party === '' ? undefined : sourceID(of, String(party), viewerID)
  }
}

/** A whole message stands for its conversation and its id. Without knowing the conversation, that is empty. */
export const byMessage: Adapter = (draft, { viewerID }) => {
  const { message: given, ...rest } = draft.args
  if (given === undefined) return draft
  const message = givenMessages()(given, 'message')
  const { clientMsgID } = message
  return { ...draft, args: { ...rest, conversationID: conversationOf(message, viewerID), clientMsgID } }
}

function conversationOf(message: Partial<Message>, viewerID: string): string {
  const { groupID, sendID = '', recvID = '' } = message
  if (groupID) return conversationIDs.group(groupID)
  if (message.sessionType === sessionType.notification) return conversationIDs.notification(sendID, viewerID)
  const peer = sendID === viewerID ? recvID : sendID
  return peer ? conversationIDs.single(peer, viewerID) : ''
}

/** Without messages, all of the conversation is meant. */
export const allWhenNone: Adapter = ({ operation, args }) => {
  const { clientMsgIDList: ids, ...rest } = args
  return ids === undefined || (Array.isArray(ids) && ids.length === 0)
    ? { operation: 'markConversationRead', args: rest }
    : { operation, args }
}

/** One conversation where others name several. */
export const severalOfOne: Adapter = draft => {
  const { conversationIDList: ids } = draft.args
  return typeof ids === 'string' ? changed(draft, { conversationIDList: [ids] }) : draft
}

/** One entry where a list is wanted: 2.3.0 declares that, while its engine wants the list. */
export const oneOfList: Adapter = draft => {
  const { list } = draft.args
  return isJsonObject(list) ? changed(draft, { list: [list] }) : draft
}

/** Members with their roles become lists of members and of admins. Whoever makes a group owns it. */
export const memberRoles: Adapter = draft => {
  const { memberList, ...rest } = draft.args
  if (!Array.isArray(memberList)) return draft
  const members = memberList.map((member: unknown): JsonObject =>
    isJsonObject(member) ? { userID: null, ...member } : { userID: member }
  )
  const withRole = (wanted: number): unknown[] =>
    members.filter(({ roleLevel }) => roleOfV2(roleLevel) === wanted).map(({ userID }) => userID)
  const [ownerUserID] = withRole(role.owner)
  const adminUserIDs = withRole(role.admin)
  const others = members.filter(({ userID }) => userID !== ownerUserID && !adminUserIDs.includes(userID))
  return {
    ...draft,
    args: {
      ...rest,
      memberUserIDs: others.map(({ userID }) => userID),
      adminUserIDs,
      ...(ownerUserID === undefined ? {} : { ownerUserID })
    }
  }
}

/** Roles of 2.x, 1 to 3. */
export const roleNumber: Adapter = draft => changed(draft, { roleLevel: roleOfV2(draft.args['roleLevel']) })

/** 2.x bounds times of joining in seconds. */
export const joinTimes: Adapter = (draft, { generation }) => {
  if (generation === 'v3') return draft
  const { joinTimeBegin = 0, joinTimeEnd = 0 } = draft.args
  return changed(draft, {
    joinTimeBegin: Number(joinTimeBegin) * 1_000,
    joinTimeEnd: Number(joinTimeEnd) * 1_000
  })
}

/** 2.x looks for content types by its own numbers. */
export const olderTypes: Adapter = (draft, { generation }) => {
  const { messageTypeList: types } = draft.args
  if (generation === 'v3' || !Array.isArray(types)) return draft
  const sought = types.flatMap((type: unknown): readonly unknown[] =>
    typeof type === 'number' ? contentTypesOfV2(type) : [type]
  )
  return changed(draft, { messageTypeList: sought })
}

/** Filters of 2.x, which are roles there, 1 to 3. */
export const roleFilter: Adapter = (draft, { generation }) => {
  const filter = filtersOfV2.get(Number(draft.args['filter']))
  return generation === 'v3' || filter === undefined ? draft : changed(draft, { filter })
}

const filtersOfV2: ReadonlyMap<number, number> = new Map([
  [1, 3],
  [2, 1],
  [3, 2]
])
