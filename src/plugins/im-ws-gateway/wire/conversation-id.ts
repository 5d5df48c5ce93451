import { conversationIDs, sessionType } from '../model.ts'

/**
 * The canonical id of a conversation that a client of either generation names. 2.x clients name it from where they
 * stand: `single_` and the other user, `group_` or `super_group_`, `notification_` and who sends (specification §5.2).
 * What is canonical already, or no such id at all, is handed back.
 */
export function canonicalID(id: string, viewerID: string): string {
  for (const [prefix, canonical] of forms)
    if (id.startsWith(prefix)) return canonical(id.slice(prefix.length), viewerID)
  return id
}

const forms: readonly (readonly [prefix: string, canonical: (source: string, viewerID: string) => string])[] =
  [
    ['single_', conversationIDs.single],
    ['super_group_', conversationIDs.group],
    ['group_', conversationIDs.group],
    ['g_', conversationIDs.group],
    ['notification_', conversationIDs.notification]
  ]

/** The canonical id of the conversation of a viewer with a user, a group, or one that notifies him. */
export function sourceID(kind: number, source: string, viewerID: string): string {
  if (kind === sessionType.single) return conversationIDs.single(source, viewerID)
  if (kind === sessionType.notification) return conversationIDs.notification(source, viewerID)
  return conversationIDs.group(source)
}

/** What 2.x clients call a conversation. @param kind tells groups of both sorts apart */
export function relativeID(id: string, kind: number, viewerID: string): string {
  if (id.startsWith('si_')) return `single_${peerIn(id.slice(3), viewerID)}`
  if (id.startsWith('sg_')) return `${kind === sessionType.group ? 'group' : 'super_group'}_${id.slice(3)}`
  if (id.startsWith('sn_')) return `notification_${withoutEnd(id.slice(3), `_${viewerID}`)}`
  return id
}

/** Ids of users may have underscores in them, so the pair is taken apart by the half that is known. */
function peerIn(pair: string, viewerID: string): string {
  const after = pair.slice(viewerID.length + 1)
  return conversationIDs.single(viewerID, after) === `si_${pair}` ? after : withoutEnd(pair, `_${viewerID}`)
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text
}
