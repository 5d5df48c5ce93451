import type { Account } from './accounts.ts'
import { openLine, type Line, type LineOptions } from './line.ts'
import { givenMessage, newMessageFrame } from './message.ts'

/** The group that all are in. */
export const everybody = 'everybody'

/** How clients of a kind of server speak. */
export interface Protocol {
  /** What follows the origin. */
  path(account: Account): string
  /** What is sent as soon as the line is open. */
  greeting(account: Account): string | undefined
  /** Reads a frame before the line is ready. True: it is from now on. @throws {Error} when it never will be */
  greeted(frame: Buffer): boolean
  /** What a frame has to be answered with, for the line to stay. */
  keepAlive?(frame: Buffer): string | undefined
  /** A request that the server answers with one frame. */
  request(method: string, userID: string): string
  /** A message to somebody. */
  message(from: string, to: string, note: string): string
  /** A message to everybody. */
  groupMessage(from: string): string
  /** Says that somebody has read what was written to everybody; `undefined`: nobody wants to know. */
  readMark(userID: string): string | undefined
}

/** Bare WebSockets: what is asked comes back, messages go where they say. */
const raw: Protocol = {
  path: ({ userID }) => `/?sendID=${userID}`,
  greeting: () => undefined,
  greeted: () => true,
  request: (method, userID) => requestFrame(method, userID, []),
  message: (from, to, note) => JSON.stringify({ to, frame: newMessageFrame(from, { recvID: to }, note) }),
  groupMessage: from =>
    JSON.stringify({ to: everybody, frame: newMessageFrame(from, { groupID: everybody }) }),
  readMark: () => undefined
}

/** Engine.IO 4 with Socket.IO 5 in it. */
const socketIo: Protocol = {
  path: ({ userID }) => `/socket.io/?EIO=4&transport=websocket&sendID=${userID}`,
  greeting: () => '40',
  greeted: frame => frame.toString('latin1', 0, 2) === '40',
  keepAlive: frame => (frame[0] === 0x32 ? '3' : undefined),
  request: (method, userID) => `421["echo",${requestFrame(method, userID, [])}]`,
  message: (from, to, note) =>
    `42["message",${JSON.stringify(to)},${JSON.stringify(newMessageFrame(from, { recvID: to }, note))}]`,
  groupMessage: from =>
    `42["message","${everybody}",${JSON.stringify(newMessageFrame(from, { groupID: everybody }))}]`,
  readMark: () => undefined
}

/** `open-im-sdk` 3.5.2. */
const openIm: Protocol = {
  path: ({ userID, token }) => `/im?sendID=${userID}&token=${token}&platformID=5&operationID=bench`,
  greeting: ({ userID, token }) => requestFrame('Login', userID, [userID, token]),
  greeted(frame) {
    if (frame.includes('"event":"Login"') && !frame.includes('"errCode":0'))
      throw new Error(`no login: ${frame.toString()}`)
    return frame.includes('OnSyncServerFinish')
  },
  request: (method, userID) => requestFrame(method, userID, []),
  message: (from, to, note) => sendFrame(from, { recvID: to }, note),
  groupMessage: from => sendFrame(from, { groupID: everybody }),
  readMark: userID => requestFrame('MarkConversationMessageAsRead', userID, [`sg_${everybody}`])
}

export const protocols = { raw, 'socket.io': socketIo, 'open-im': openIm } satisfies Record<string, Protocol>

export type ProtocolName = keyof typeof protocols

/** Opens a line, and logs in where one does. Frames are heard from then on. @throws {Error} when that fails */
export function join(
  name: ProtocolName,
  url: string,
  account: Account,
  options: Omit<LineOptions, 'url'>
): Promise<Line> {
  const protocol: Protocol = protocols[name]
  const greeting = protocol.greeting(account)
  return new Promise((resolve, reject) => {
    let isReady = false
    const opening = openLine({
      ...options,
      url: url.replace('http', 'ws') + protocol.path(account),
      hear(frame, line) {
        const sign = protocol.keepAlive?.(frame)
        if (sign !== undefined) return line.send(sign)
        if (isReady) return options.hear(frame, line)
        try {
          isReady = protocol.greeted(frame)
          if (isReady) resolve(line)
        } catch (error) {
          reject(error)
          void line.close()
        }
      },
      ended() {
        reject(new Error('the server has hung up'))
        options.ended?.()
      }
    })
    const greet = async (): Promise<void> => {
      const line = await opening
      if (greeting !== undefined) return line.send(greeting)
      isReady = true
      resolve(line)
    }
    greet().catch(reject)
  })
}

let lastId = 0

/** A request of a 3.x client. */
export function requestFrame(reqFuncName: string, userID: string, args: readonly unknown[]): string {
  const operationID = `bench${++lastId}`
  return JSON.stringify({ data: JSON.stringify(args), operationID, userID, reqFuncName })
}

const push = {
  title: 'You has a new message.',
  desc: 'message',
  ex: '',
  iOSPushSound: '+1',
  iOSBadgeCount: true
}

/** How a 3.x client sends a message to a user or a group. */
export function sendFrame(
  from: string,
  { recvID = '', groupID = '' }: { readonly recvID?: string; readonly groupID?: string },
  note = ''
): string {
  const message = JSON.stringify(givenMessage(from, note))
  return requestFrame('SendMessageNotOss', from, [message, recvID, groupID, JSON.stringify(push), false])
}
