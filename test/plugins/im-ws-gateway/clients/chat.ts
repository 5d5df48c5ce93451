import type { Client } from './client.ts'

/** Where something is said: to a user, or in a group (which are of type 2 here). */
export type Place = { readonly userID: string } | { readonly groupID: string }

/** What these tests look at of a message, whatever the version. */
export interface Said {
  readonly clientMsgID: string
  readonly sendID: string
  /** Empty for what is no text. */
  readonly text: string
  readonly sendTime: number
}

/** What these tests look at of a conversation. */
export interface Listed {
  readonly conversationID: string
  readonly unreadCount: number
  readonly latest: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

const isV3 = ({ version }: Client): boolean => version === '3.5.2'
const ids = (place: Place): { readonly userID: string; readonly groupID: string } => {
  return { userID: '', groupID: '', ...place }
}

/** 2.0.3 knows of one kind of groups alone. */
const groupPrefix = { '2.0.3': 'group_', '2.3.0': 'super_group_', '3.5.2': 'sg_' } as const

/** The id of a conversation, as the version has it (specification §5.2). */
export function conversationID(client: Client, place: Place): string {
  if ('groupID' in place) return `${groupPrefix[client.version]}${place.groupID}`
  const both = [client.userID, place.userID].toSorted()
  return isV3(client) ? `si_${both.join('_')}` : `single_${place.userID}`
}

/** Reads what is said in a message. */
export function said(client: Client, message: unknown): Said {
  const fields = message as Fields & Said & { readonly textElem?: { readonly content: string } }
  const text = isV3(client) ? fields.textElem?.content : (fields['content'] as string)
  const { clientMsgID, sendID, sendTime } = fields
  return { clientMsgID, sendID, sendTime, text: fields['contentType'] === 101 ? (text ?? '') : '' }
}

/** Creates a text message, and sends it. @throws {Error} with the code */
export async function say(client: Client, place: Place, text: string): Promise<Said> {
  const created = await client.ask('createTextMessage', text)
  const { userID: recvID, groupID } = ids(place)
  const message = isV3(client) ? created : JSON.stringify(created)
  return said(client, await client.ask('sendMessage', { recvID, groupID, message }))
}

/** The event that brings new messages. */
export function newMessageEvent({ version }: Client): string {
  return version === '3.5.2' ? 'OnRecvNewMessages' : 'OnRecvNewMessage'
}

/** The messages that have come as events, in order. */
export function heard(client: Client): readonly Said[] {
  const events = client.events.filter(({ name }) => /^OnRecvNewMessages?$/.test(name))
  return events.flatMap(({ data }) => (Array.isArray(data) ? data : [data])).map(one => said(client, one))
}

/** Resolves once a message with this text has come. */
export async function hears(client: Client, text: string): Promise<Said> {
  const find = (): Said | undefined => heard(client).find(one => one.text === text)
  await client.settled(`hears "${text}"`, () => find() !== undefined)
  return find() as Said
}

/** A page of what was said, in ascending order. @param before the message from which on back; default: the newest */
export async function history(
  client: Client,
  place: Place,
  count = 20,
  before = ''
): Promise<readonly Said[]> {
  const page = { ...ids(place), count, startClientMsgID: before }
  if (!isV3(client)) {
    const list = (await client.ask('getHistoryMessageList', page)) as readonly unknown[]
    return list.map(one => said(client, one))
  }
  const args = { ...page, conversationID: conversationID(client, place), lastMinSeq: 0 }
  const result = await client.ask('getAdvancedHistoryMessageList', args)
  return (result as { readonly messageList: readonly unknown[] }).messageList.map(one => said(client, one))
}

/** The list of conversations, as it is shown. */
export async function conversations(client: Client): Promise<readonly Listed[]> {
  const list = (await client.ask('getAllConversationList')) as readonly Fields[]
  return list.map(one => listed(client, one))
}

export function listed(client: Client, conversation: unknown): Listed {
  const fields = conversation as Fields
  const latestMsg = fields['latestMsg'] as string
  return {
    conversationID: fields['conversationID'] as string,
    unreadCount: fields['unreadCount'] as number,
    latest: latestMsg === '' ? undefined : said(client, JSON.parse(latestMsg)).text
  }
}

export async function totalUnread(client: Client): Promise<number> {
  return Number(await client.ask('getTotalUnreadMsgCount'))
}

/** Marks all of a conversation as read. */
export async function read(client: Client, place: Place): Promise<void> {
  if (isV3(client)) await client.ask('markConversationMessageAsRead', conversationID(client, place))
  else if ('groupID' in place) await client.ask('markGroupMessageHasRead', place.groupID)
  else await client.ask('markC2CMessageAsRead', { userID: place.userID, msgIDList: [] })
}

/** Takes a message back. */
export async function revoke(client: Client, place: Place, { clientMsgID }: Said): Promise<void> {
  if (isV3(client)) {
    await client.ask('revokeMessage', { conversationID: conversationID(client, place), clientMsgID })
    return
  }
  const page = { ...ids(place), count: 20, startClientMsgID: '' }
  const list = (await client.ask('getHistoryMessageList', page)) as readonly Said[]
  const message = JSON.stringify(list.find(one => one.clientMsgID === clientMsgID))
  await client.ask(client.version === '2.0.3' ? 'revokeMessage' : 'newRevokeMessage', message)
}

/** Resolves once the client was told that a message was taken back. */
export async function hearsRevoked(client: Client, clientMsgID: string): Promise<void> {
  const isIt = ({ name, data }: Client['events'][number]): boolean => {
    if (name === 'OnNewRecvMessageRevoked') return (data as Said).clientMsgID === clientMsgID
    return name === 'OnRecvMessageRevoked' && data === clientMsgID
  }
  await client.settled(`is told of ${clientMsgID}`, () => client.events.some(isIt))
}
