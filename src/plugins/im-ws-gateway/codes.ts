/** Error codes of both generations of clients (specification §2.3, §7), and what is said with them. */
export const codes = {
  unknownMethod: { v2: 1001, v3: 20000, text: 'unknown method' },
  badFrame: {
    v2: 100,
    v3: 20000,
    text: 'a frame is a JSON object with reqFuncName, operationID, userID and data'
  },
  badArguments: { v2: 1001, v3: 10002, text: 'the arguments do not fit the method' },
  noRecipient: { v2: 10002, v3: 10002, text: 'a message needs a recvID or a groupID' },
  loginPending: { v2: 1002, v3: 10004, text: 'a login is under way' },
  notLoggedIn: { v2: 1003, v3: 10004, text: 'log in first' },
  loginRepeated: { v2: 10102, v3: 10102, text: 'this connection is logged in already' },
  busy: { v2: 1004, v3: 10003, text: 'too many requests are under way, try again' },
  timeout: { v2: 10003, v3: 10003, text: 'the request took too long' },
  notSupported: { v2: 1005, v3: 10301, text: 'this gateway does not support it' },
  internal: { v2: 812, v3: 10006, text: 'internal error' },
  tokenExpired: { v2: 701, v3: 1501, text: 'the token has expired' },
  tokenInvalid: { v2: 702, v3: 1502, text: 'the token is not valid' },
  tokenMalformed: { v2: 703, v3: 1503, text: 'this is no token' },
  tokenNotYetValid: { v2: 704, v3: 1504, text: 'the token is not valid yet' },
  tokenUnknown: { v2: 705, v3: 1505, text: 'the token could not be checked' },
  tokenKicked: { v2: 706, v3: 1506, text: 'the session was ended by another login or by the server' },
  platformDiffers: { v2: 707, v3: 1502, text: 'the token is for another platform' },
  userDiffers: { v2: 708, v3: 1002, text: 'the token or the frame is of another user' },
  tooManyConnections: { v2: 806, v3: 1601, text: 'too many connections' },
  noPermission: { v2: 801, v3: 1002, text: 'no permission' },
  duplicate: { v2: 803, v3: 1003, text: 'it exists already' },
  userNotFound: { v2: 10100, v3: 1101, text: 'there is no such user' },
  groupNotFound: { v2: 10400, v3: 1201, text: 'there is no such group' },
  notInGroup: { v2: 10401, v3: 1203, text: 'not a member of the group' },
  groupDismissed: { v2: 10401, v3: 1204, text: 'the group was dismissed' },
  alreadyHandled: { v2: 804, v3: 1206, text: 'it was handled already' },
  cannotAddSelf: { v2: 803, v3: 1301, text: 'nobody can befriend himself' },
  blocked: { v2: 600, v3: 1302, text: 'blocked by the other side' },
  notFriend: { v2: 601, v3: 1303, text: 'not a friend of the other side' },
  alreadyFriends: { v2: 803, v3: 1304, text: 'they are friends already' },
  mutedInGroup: { v2: 810, v3: 1402, text: 'muted in the group' },
  groupMuted: { v2: 810, v3: 1403, text: 'the group is muted' },
  alreadyRevoked: { v2: 804, v3: 1404, text: 'the message was revoked already' },
  recordNotFound: { v2: 10200, v3: 10200, text: 'there is no such record' },
  messageRepeated: { v2: 10204, v3: 10204, text: 'a message with this clientMsgID was sent already' },
  contentType: { v2: 10205, v3: 10205, text: 'messages of this contentType cannot be sent' },
  tooLarge: { v2: 1001, v3: 10002, text: 'it is too large' }
} as const

export type CodeName = keyof typeof codes

/** Why a request of a client failed. Each kind of client is told its own number. */
export class ImError extends Error {
  override readonly name = 'ImError'
  readonly code: CodeName

  /** @param message what is wrong in particular, for developers; default: the text of the code. No secrets. */
  constructor(code: CodeName, message: string = codes[code].text, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
