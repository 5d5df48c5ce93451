import { service } from '../../core/index.ts'

/** What is connected, and how busy it is. */
export interface ImGatewayStatus {
  /** Sockets, logged in or not. */
  readonly connections: number
  /** Users with a core. */
  readonly users: number
  /** Connections by platform id. */
  readonly byPlatform: Readonly<Record<string, number>>
  /** Connections by kind of client. */
  readonly byDialect: Readonly<Record<string, number>>
  /** Bytes that wait for slow readers, in all. */
  readonly queuedBytes: number
  /** Counters since the start, by name. */
  readonly counters: Readonly<Record<string, number>>
  /** Connections that have ended since the start, by how: `client`, `kicked`, `slow`, … */
  readonly ended: Readonly<Record<string, number>>
  /** Files that clients upload; missing: they cannot. */
  readonly uploads?: ImUploadsStatus
  /** Missing: the chat is this process's alone. */
  readonly nodes?: ImNodesStatus
}

/** What happened to files since the start, on this node. */
export interface ImUploadsStatus {
  /** By name. */
  readonly counters: Readonly<Record<string, number>>
  /** What was refused, by the keys of the catalogue. */
  readonly refused: Readonly<Record<string, number>>
}

/** How the nodes stand that share one chat. */
export interface ImNodesStatus {
  /** The name of this node, made anew at each start. */
  readonly self: string
  /** Of the node that runs the chat, as far as it is known here; empty: none is. */
  readonly host: string
  /** Grows each time that a node begins to run the chat. */
  readonly term: number
  /** Whether it is this one. */
  readonly isHost: boolean
  /** Whether users of this node can be served. */
  readonly isLinked: boolean
  /** On the host: the nodes that are there, itself included. */
  readonly nodes: readonly string[]
  /** Counters since the start, by name. */
  readonly counters: Readonly<Record<string, number>>
}

/** OpenIM clients on this gateway. */
export interface ImGateway {
  status(): ImGatewayStatus
  /**
   * Ends a user's sessions and refuses their tokens from now on, on all nodes: on this one before it resolves, on those
   * that share the database within half a minute, and at once where they share `State` as well.
   * @param platformID of this platform only
   * @returns how many connections of this node were ended
   */
  forceLogout(userID: string, platformID?: number): Promise<number>
}

export const ImGateway = service<ImGateway>('im-gateway')
