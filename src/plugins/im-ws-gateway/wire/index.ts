export { dialectOf } from './dialect.ts'
export {
  FrameError,
  readFrame,
  type Dialect,
  type Frame,
  type ReplyFrame,
  type RequestName
} from './frame.ts'
export {
  encodeReply,
  errorReply,
  loginStatusData,
  pushFrame,
  successReply,
  textData,
  type LoginState
} from './reply.ts'
export { decodeCall, type CoreCall, type SessionCall } from './call.ts'
export { conversationChange, type ConversationChange } from './conversation-change.ts'
export { dependsOnViewer, encodeEvent, isTold, type Client } from './events.ts'
