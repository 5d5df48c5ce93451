/**
 * Logs that nodes read from. Their number is bounded, since the state keeps the names of logs; where two nodes have come
 * upon the same, each passes over what is the other's.
 */
export const inboxes = 1_024

/** The logs over which the nodes of a chat are linked. */
export const logNames = {
  /** Who runs the chat. */
  hosts: 'im-ws-gateway:hosts',
  /** What nodes say to whoever does. */
  toHost: 'im-ws-gateway:to-host',
  /** What he says to a node. */
  node: (inbox: number): string => `im-ws-gateway:node:${inbox}`
} as const
