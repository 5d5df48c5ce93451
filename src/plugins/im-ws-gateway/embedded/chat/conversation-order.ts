import type { Conversation } from '../../model.ts'

const timeOf = ({ latestMsgSendTime, draftTextTime }: Conversation): number =>
  Math.max(latestMsgSendTime, draftTextTime)

/** Pinned ones first, then by the time of the last message or draft, the newest first. */
export function inOrder(conversations: readonly Conversation[]): readonly Conversation[] {
  return conversations.toSorted((a, b) => Number(b.isPinned) - Number(a.isPinned) || timeOf(b) - timeOf(a))
}
