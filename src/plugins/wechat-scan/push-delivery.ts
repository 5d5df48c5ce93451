import type { FastifyBaseLogger } from 'fastify'
import type { MessageListeners } from './messages.ts'
import type { Push } from './push-message.ts'
import type { ScanSink } from './push.ts'
import type { AccountMessage } from './service.ts'

export interface DeliveryParts {
  readonly sink: ScanSink
  readonly messages: MessageListeners
  readonly log: FastifyBaseLogger
  /** Hands the push to another program and resolves to its reply. Never rejects. */
  readonly forward?: (() => Promise<string | undefined>) | undefined
}

/** What is sent back: a text for the chat, or what another program has written. */
export type Delivered = { readonly text: string } | { readonly reply: string } | undefined

/**
 * Hands a push to whom it is for: a scan of ours and what answers a question of ours to the login alone, anything
 * else to all listeners and to the program behind `forwardUrl`, of whom the first to answer is heard.
 * @throws what the login threw over a scan
 */
export async function deliver(push: Push, parts: DeliveryParts): Promise<Delivered> {
  const ours = await login(push, parts)
  if (ours) return ours.reply ? { text: ours.reply } : undefined
  const forwarded = parts.forward?.()
  const text = await parts.messages.tell(push.message)
  if (text !== undefined) return { text }
  const reply = await forwarded
  return reply === undefined ? undefined : { reply }
}

async function login({ scan, message }: Push, parts: DeliveryParts): Promise<{ reply?: string } | undefined> {
  if (scan) return parts.sink.scanned(scan)
  return answered(message, parts)
}

// A failure of the login does not keep a chat from those who wait for it.
async function answered(
  message: AccountMessage,
  { sink, log }: DeliveryParts
): Promise<{ reply?: string } | undefined> {
  try {
    return await sink.answered(message)
  } catch (error) {
    log.error({ account: message.account, err: error }, 'the login failed on a message')
    return undefined
  }
}
