import { AbstractConnector, type RedisOptions } from 'ioredis'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface NodeAddress {
  readonly host: string
  readonly port: number
}

/**
 * Connects to one node of a cluster, and to the next one after a failure. Every node hands on the messages of all others,
 * so that one will do for listening.
 */
export function anyNode(
  nodes: readonly NodeAddress[],
  timeoutMs: number
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #tls: RedisOptions['tls']
    #attempts = 0

    constructor(options: unknown) {
      super(timeoutMs)
      this.#tls = (options as RedisOptions).tls
    }

    override async connect(): Promise<Socket> {
      this.connecting = true
      const node = nodes[this.#attempts++ % nodes.length]
      if (!node) throw new Error('There is no node to connect to')
      const stream = this.#tls
        ? connectTls({ ...node, ...this.#tls, servername: node.host })
        : connectTcp({ ...node })
      stream.once('error', error => {
        this.firstError = error
      })
      this.stream = stream
      return stream
    }
  }
}
