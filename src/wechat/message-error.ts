/** What is wrong with a message. For counters only: no sender is told. */
export type MessageFault =
  | 'encoding' // not base64 as it is written
  | 'cipher' // not whole blocks, or not padded as a sender pads: most often the wrong key
  | 'content' // its length points beyond its end
  | 'receiver' // for another app

/** An encrypted message that cannot be opened. It carries nothing of the message. */
export class MessageError extends Error {
  readonly fault: MessageFault

  constructor(fault: MessageFault) {
    super(`the message cannot be opened: ${fault}`)
    this.name = 'MessageError'
    this.fault = fault
  }
}
