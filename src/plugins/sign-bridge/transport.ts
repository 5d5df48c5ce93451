/** What a device hears from its connection. Events never arrive inside a call to the transport. */
export interface TransportEvents {
  opened(): void
  /** A text frame, or `undefined` for a binary one. */
  received(text: string | undefined): void
  /** The peer answered a ping. */
  ponged(): void
  /** The connection, or an attempt to make one, has ended. Another attempt follows by itself. */
  closed(reason: string): void
  /** Another gateway holds the device: there is no connection, and no attempt at one until it lets go. */
  heldElsewhere(): void
}

/** A connection that comes back by itself. It never keeps a frame: what cannot be sent now is not sent. */
export interface Transport {
  /** Hands a text frame to the socket. False: none is open, and the frame was neither sent nor kept. */
  send(frame: string): boolean
  ping(): void
  /** Ends the connection at once; nothing more is heard of it. The next event is of a new one. */
  replace(): void
  /** The peer has shown to be what it should: the wait before the next attempt is short again. */
  settled(): void
  /** Ends it for good, politely first. Resolves when the socket is gone; nothing more is heard of it. */
  close(): Promise<void>
}

/** Makes the connection of one device. */
export type Connect = (events: TransportEvents) => Transport
