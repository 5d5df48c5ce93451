/** A chat as simple as it can be: lists in memory, and counting by looking. */

export interface ModelMessage {
  readonly clientMsgID: string
  readonly sender: string
  readonly time: number
  readonly counts: boolean
  text: string
}

interface ModelView {
  read: number
  clearedUpTo: number
  hiddenUpTo: number
  keptTime: number
  readonly deleted: Set<string>
}

/** What somebody sees of a conversation. */
export interface Seen {
  readonly id: string
  readonly unread: number
  readonly latest: string | null
  readonly time: number
}

/** A conversation of some users. */
export class ModelConversation {
  readonly id: string
  readonly members: readonly string[]
  readonly messages: ModelMessage[] = []
  readonly #views = new Map<string, ModelView>()

  constructor(id: string, members: readonly string[]) {
    this.id = id
    this.members = members
  }

  say(message: ModelMessage): void {
    this.messages.push(message)
    if (message.counts) this.#view(message.sender).read = this.messages.length
  }

  history(user: string): readonly ModelMessage[] {
    const { clearedUpTo, deleted } = this.#view(user)
    return this.messages.slice(clearedUpTo).filter(({ clientMsgID }) => !deleted.has(clientMsgID))
  }

  read(user: string, upTo = this.messages.length): void {
    const view = this.#view(user)
    view.read = Math.max(view.read, upTo)
  }

  delete(user: string, clientMsgID: string): void {
    const before = this.seen(user)
    this.#view(user).deleted.add(clientMsgID)
    if (this.seen(user).latest === null)
      this.#view(user).keptTime = Math.max(this.#view(user).keptTime, before.time)
  }

  clear(user: string, isKept: boolean): void {
    const { time } = this.seen(user)
    const view = this.#view(user)
    view.clearedUpTo = this.messages.length
    view.keptTime = isKept ? time : 0
    this.read(user)
  }

  hide(user: string): void {
    const view = this.#view(user)
    view.hiddenUpTo = this.messages.length
    view.keptTime = 0
    this.read(user)
  }

  seen(user: string): Seen {
    const { read, hiddenUpTo, keptTime } = this.#view(user)
    const history = this.history(user)
    const unread = history.filter(
      message => message.counts && message.sender !== user && this.messages.indexOf(message) >= read
    ).length
    const latest = history.at(-1)
    const isShown = latest && this.messages.indexOf(latest) >= hiddenUpTo
    return {
      id: this.id,
      unread,
      latest: isShown ? latest.text : null,
      time: isShown ? latest.time : keptTime
    }
  }

  #view(user: string): ModelView {
    let view = this.#views.get(user)
    if (!view) {
      view = { read: 0, clearedUpTo: 0, hiddenUpTo: 0, keptTime: 0, deleted: new Set() }
      this.#views.set(user, view)
    }
    return view
  }
}
