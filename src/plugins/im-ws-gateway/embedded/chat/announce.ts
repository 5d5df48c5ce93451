import type { Conversation } from '../../model.ts'
import type { CoreEvent, DeliverOptions, Device } from '../../user-core.ts'
import { follow } from './follow.ts'
import type { Memory } from './memory.ts'
import { newMessagesFor } from './message-events.ts'
import { keyOf } from './place.ts'
import type { Seat } from './seat.ts'
import type { Cause, News, Turn } from './turn.ts'
import type { UserChat } from './user-chat.ts'

/** Conversations of a user that have changed in a turn, each with the device that caused it. */
interface Changes {
  readonly seats: Seat[]
  readonly causes: (Device | undefined)[]
}

type Changed = Map<UserChat, Changes>

/** Lets memory follow a turn that was committed, and tells those whose core is open. */
export function announce(turn: Turn, memory: Memory): void {
  follow(turn, memory)
  const changed: Changed = new Map()
  for (const news of turn.news) tell(news, memory, changed)
  for (const [user, changes] of changed) {
    tellChanges(user, changes)
    memory.noteTold(user)
  }
}

function tell(news: News, memory: Memory, changed: Changed): void {
  if (news.what === 'seat') {
    const seat = memory.seat(news.userID, news.place)
    if (seat) note(changed, seat, news.cause)
    return
  }
  if (news.what === 'event') return tellEvent(news.event, news.to, news.by, memory)
  const thread = memory.threads.get(keyOf(news.place))
  if (!thread) return
  if (news.what === 'thread') {
    for (const seat of thread.seats)
      if (news.withLatest === undefined || seat.latest?.seq === news.withLatest)
        note(changed, seat, causeFor(seat.user, news.by))
    return
  }
  const eventsFor = newMessagesFor(news.kept)
  for (const seat of thread.seats) {
    if (seat.row.hasLeft) continue
    let cause: Device | undefined
    const receives = seat.user.receives(seat)
    for (const { event, options, isOwn } of eventsFor(seat.user.userID)) {
      if (!receives && !isOwn) continue
      cause = options?.except ?? options?.cause ?? cause
      seat.user.tell(event, options)
    }
    if (cause || !seat.wasListed) note(changed, seat, cause)
    else tellLatest(seat)
    memory.noteTold(seat.user)
  }
}

function tellEvent(
  event: CoreEvent,
  to: (News & { what: 'event' })['to'],
  by: Cause | undefined,
  memory: Memory
): void {
  const tellUser = (user: UserChat): void => {
    const cause = causeFor(user, by)
    user.tell(event, cause && { cause })
    memory.noteTold(user)
  }
  if (typeof to === 'string') {
    const user = memory.users.get(to)
    if (user) tellUser(user)
    return
  }
  for (const seat of memory.threads.get(keyOf(to))?.seats ?? []) if (!seat.row.hasLeft) tellUser(seat.user)
}

const causeFor = (user: UserChat, by: Cause | undefined): Device | undefined =>
  by?.userID === user.userID ? by.device : undefined

function note(changed: Changed, seat: Seat, cause: Device | undefined): void {
  const changes = changed.get(seat.user)
  if (!changes) {
    changed.set(seat.user, { seats: [seat], causes: [cause] })
    return
  }
  const index = changes.seats.indexOf(seat)
  if (index < 0) {
    changes.seats.push(seat)
    changes.causes.push(cause)
  } else changes.causes[index] = cause ?? changes.causes[index]
}

/** Tells a user how a conversation in his list is, and the total, as of when he hears of it: others may say more by then. */
function tellLatest(seat: Seat): void {
  const { user } = seat
  user.recount(seat)
  user.tell(seat)
  if (user.total === user.toldTotal) return
  user.toldTotal = user.total
  user.tell(user.unread)
}

/** Those that the same device has caused are told together. */
function tellChanges(user: UserChat, { seats, causes }: Changes): void {
  for (const seat of seats) user.recount(seat)
  const [first] = causes
  if (causes.every(cause => cause === first)) return tellConversations(user, seats, first)
  for (const cause of new Set(causes))
    tellConversations(
      user,
      seats.filter((_, index) => causes[index] === cause),
      cause
    )
}

/** Tells a user how some of his conversations are, which of them are new in his list, and the total. */
function tellConversations(user: UserChat, seats: readonly Seat[], cause: Device | undefined): void {
  const options: DeliverOptions | undefined = cause && { cause }
  const conversations: Conversation[] = []
  const added: Conversation[] = []
  for (const seat of seats) {
    const conversation = seat.toConversation()
    const isListed = conversation.latestMsgSendTime > 0
    conversations.push(conversation)
    if (isListed && !seat.wasListed) added.push(conversation)
    seat.wasListed = isListed
  }
  if (added.length) user.tell({ kind: 'newConversations', conversations: added }, options)
  user.tell({ kind: 'conversationsChanged', conversations }, options)
  tellTotal(user, options)
}

/** Tells a user how much is unread if he was told otherwise before. */
export function tellTotal(user: UserChat, options: DeliverOptions | undefined): void {
  if (user.total === user.toldTotal) return
  user.toldTotal = user.total
  user.tell({ kind: 'totalUnread', count: user.total }, options)
}
