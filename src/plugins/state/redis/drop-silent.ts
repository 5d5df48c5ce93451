import type { Cluster, Redis } from 'ioredis'

/** Whether a command was not answered in time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out'
}

/**
 * Asks the peer of every connection whether it is there, and ends those where nobody answers, to be made anew: a peer
 * that is gone without a word would leave every command unanswered, for as long as the system waits. Never rejects.
 */
export async function dropSilent(client: Redis | Cluster): Promise<void> {
  const connections = 'nodes' in client ? client.nodes('all') : [client]
  await Promise.all(
    connections.map(async connection => {
      try {
        await connection.ping()
      } catch (error) {
        if (isTimeout(error) && connection.status === 'ready') connection.disconnect(true)
      }
    })
  )
}
