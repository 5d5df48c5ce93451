import type { Conversation } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { CoreEvent, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { ModelConversation } from './model.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

/** Who is there. */
export const names = ['ann', 'bob', 'cat', 'dan', 'eve'] as const
const device: Device = { platformID: 5 }

type Name = (typeof names)[number]

/** What a user does, alone, with a conversation, or with one of its newest messages. */
export interface Step {
  readonly do:
    | 'say'
    | 'read'
    | 'readOne'
    | 'revoke'
    | 'delete'
    | 'clear'
    | 'drop'
    | 'hide'
    | 'leave'
    | 'return'
  readonly user: Name
  /** With another user, or in the group of all. */
  readonly other: Name | 'group'
  /** Messages at a time. */
  readonly count: number
  /** How many messages back. */
  readonly index: number
}

/** What an interface would show that does nothing but listen. */
class Listener {
  readonly conversations = new Map<string, Conversation>()
  readonly messages: string[] = []
  total = 0

  hear(event: CoreEvent): void {
    if (event.kind === 'newConversations' || event.kind === 'conversationsChanged')
      for (const conversation of event.conversations)
        this.conversations.set(conversation.conversationID, conversation)
    if (event.kind === 'totalUnread') this.total = event.count
    if (event.kind === 'newMessages' && !event.ownSend)
      this.messages.push(...event.messages.map(m => m.clientMsgID))
  }

  heard(): unknown {
    const list = [...this.conversations.values()]
      .filter(({ latestMsgSendTime }) => latestMsgSendTime > 0)
      .toSorted((a, b) => b.latestMsgSendTime - a.latestMsgSendTime)
    return { list: list.map(summary), total: this.total, messages: this.messages.toSorted() }
  }
}

/** The world under test, and the model of it. */
export class World {
  readonly rig: Rig
  readonly people: Map<string, Person>
  readonly listeners: Map<string, Listener>
  readonly conversations = new Map<string, ModelConversation>()
  readonly groupID: string
  /** What went otherwise than it should. */
  readonly surprises: string[] = []
  #said = 0

  constructor(rig: Rig, people: Map<string, Person>, listeners: Map<string, Listener>, groupID: string) {
    this.rig = rig
    this.people = people
    this.listeners = listeners
    this.groupID = groupID
  }

  conversation(one: string, other: string): ModelConversation {
    const isGroup = other === 'group'
    const id = isGroup ? `sg_${this.groupID}` : `si_${[one, other].toSorted().join('_')}`
    let conversation = this.conversations.get(id)
    if (!conversation) {
      conversation = new ModelConversation(id, isGroup ? names : [one, other])
      this.conversations.set(id, conversation)
    }
    return conversation
  }

  async do(step: Step): Promise<void> {
    await this.rig.clock.advance(1_000)
    if (step.do === 'leave' || step.do === 'return') return this.#comeOrGo(step.do, step.user)
    const person = this.people.get(step.user)
    if (!person) return
    const conversation = this.conversation(step.user, step.other)
    const conversationID = conversation.id
    switch (step.do) {
      case 'say':
        return this.#say(person, step.other, step.count, conversation)
      case 'read':
        conversation.read(step.user)
        return person.call('markConversationRead', { conversationID })
      case 'clear':
        conversation.clear(step.user, true)
        return person.call('clearConversation', { conversationID })
      case 'drop':
        conversation.clear(step.user, false)
        return person.call('deleteConversation', { conversationID })
      case 'hide':
        conversation.hide(step.user)
        return person.call('hideConversation', { conversationID })
      default:
        return this.#doWithOne(step.do, person, step.index, conversation)
    }
  }

  async #say(person: Person, other: string, count: number, conversation: ModelConversation): Promise<void> {
    const to = other === 'group' ? { groupID: this.groupID } : { recvID: other }
    const texts = Array.from({ length: count }, () => `${++this.#said}`)
    for (const sent of await Promise.all(texts.map(text => person.say(to, text))))
      conversation.say({
        clientMsgID: sent.clientMsgID,
        sender: person.core.userID,
        time: sent.sendTime,
        counts: true,
        text: textIn(sent)
      })
  }

  async #doWithOne(
    what: 'readOne' | 'revoke' | 'delete',
    person: Person,
    back: number,
    conversation: ModelConversation
  ): Promise<void> {
    const { userID } = person.core
    const message = conversation.history(userID).at(-1 - back)
    if (!message) return
    const named = { conversationID: conversation.id, clientMsgID: message.clientMsgID }
    if (what === 'readOne') {
      conversation.read(userID, conversation.messages.indexOf(message) + 1)
      await person.call('markMessagesRead', { ...named, clientMsgIDList: [message.clientMsgID] })
    } else if (what === 'delete') {
      conversation.delete(userID, message.clientMsgID)
      await person.call('deleteMessage', named)
    } else {
      const isGroupOwner = conversation.members === names && userID === 'ann'
      const may = message.text !== '#2101' && message.counts && (message.sender === userID || isGroupOwner)
      if (may) message.text = '#2101'
      const outcome = await person.call('revokeMessage', named).then(
        () => true,
        () => false
      )
      if (outcome !== may) this.surprises.push(`revoked: ${outcome}`)
    }
  }

  async #comeOrGo(what: 'leave' | 'return', userID: string): Promise<void> {
    const person = this.people.get(userID)
    if (what === 'leave') {
      await person?.leave()
      this.people.delete(userID)
    } else if (!person) await enter(this.rig, this.people, this.listeners, userID)
  }

  /** What everybody sees, whether he was there all the time or comes now, and what he should see. */
  async report(): Promise<{ readonly found: unknown; readonly wanted: unknown }> {
    for (const name of names) await this.#comeOrGo('return', name)
    const found: unknown[] = [...this.surprises]
    const wanted: unknown[] = []
    for (const [name, person] of this.people) {
      const mine = [...this.conversations.values()].filter(({ members }) => members.includes(name))
      wanted.push(wantedBy(name, mine))
      found.push({
        name,
        list: (await person.call('getAllConversations', {})).map(summary),
        total: await person.call('getTotalUnread', {}),
        histories: await Promise.all(mine.map(async ({ id }) => ({ id, texts: await person.texts(id) }))),
        heard: this.listeners.get(name)?.heard()
      })
    }
    return { found, wanted }
  }
}

function wantedBy(name: string, mine: readonly ModelConversation[]): unknown {
  const list = mine
    .map(conversation => conversation.seen(name))
    .filter(({ time }) => time > 0)
    .toSorted((a, b) => b.time - a.time)
  const total = mine.reduce((sum, conversation) => sum + conversation.seen(name).unread, 0)
  const ofOthers = mine.flatMap(({ messages }) =>
    messages.filter(({ sender, counts }) => counts && sender !== name).map(({ clientMsgID }) => clientMsgID)
  )
  const histories = mine.map(conversation => ({
    id: conversation.id,
    texts: conversation.history(name).map(({ text }) => text)
  }))
  return { name, list, total, histories, heard: { list, total, messages: ofOthers.toSorted() } }
}

const summary = ({ conversationID, unreadCount, latestMsg, latestMsgSendTime }: Conversation) => ({
  id: conversationID,
  unread: unreadCount,
  latest: latestMsg && textIn(latestMsg),
  time: latestMsgSendTime
})

async function enter(
  rig: Rig,
  people: Map<string, Person>,
  listeners: Map<string, Listener>,
  userID: string
): Promise<void> {
  const listener = listeners.get(userID) ?? new Listener()
  listeners.set(userID, listener)
  const person = await rig.open(userID, device, event => listener.hear(event))
  people.set(userID, person)
}

/** Five users and a group of all of them, in which nothing was said yet. */
export async function startWorld(): Promise<World> {
  const rig = await startRig()
  const people = new Map<string, Person>()
  const listeners = new Map<string, Listener>()
  for (const userID of names) {
    await rig.cores.backOffice.registerUser({ userID })
    await enter(rig, people, listeners, userID)
  }
  const [ann] = people.values()
  if (!ann) throw new Error('nobody is there')
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: names.slice(1)
  })
  for (const listener of listeners.values()) listener.messages.length = 0
  const world = new World(rig, people, listeners, groupID)
  const conversation = world.conversation('ann', 'group')
  const { messageList } = await ann.call('getHistory', { conversationID: conversation.id, count: 10 })
  for (const { clientMsgID, sendID: sender, sendTime: time, contentType } of messageList)
    conversation.say({ clientMsgID, sender, time, counts: false, text: `#${contentType}` })
  return world
}
