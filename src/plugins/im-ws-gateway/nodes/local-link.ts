import type { HostedChat } from './hosted-chat.ts'
import { Link, type LinkListener } from './link.ts'
import type { NodeCores } from './node-cores.ts'
import type { ToNode } from './to-node.ts'

/** What the link of a host with himself needs. */
export interface LocalLinkParts {
  readonly hosted: HostedChat
  readonly session: string
  readonly cores: NodeCores
  readonly listener: LinkListener
}

/** Links the node that runs the chat with it, without a detour. */
export function localLink({ hosted, session, cores, listener }: LocalLinkParts): {
  readonly link: Link
  readonly way: ToNode
} {
  const { term, hosting } = hosted
  const link = new Link(
    { term, session, mark: () => hosted.mark() },
    { send: item => hosting.receive(session, item), end: () => new Set() },
    listener
  )
  const way: ToNode = {
    send: item => link.receive(item),
    tell: (core, event, cause, except) => cores.told([core], event, cause, except),
    idle: async () => undefined,
    end: () => undefined,
    arrived: (core, device) => cores.arrived(core, device)
  }
  return { link, way }
}
