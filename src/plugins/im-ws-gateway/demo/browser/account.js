import { CbEvents, OpenIMSDK, SessionType } from './open-im-sdk.js'
import { OpenConversation } from './open-conversation.js'

/**
 * @typedef {import('oim352').ConversationItem} Conversation
 * @typedef {import('oim352').MessageItem} Message
 * @typedef {{ userID: string, nickname: string, token: string }} Login
 * @typedef {'offline' | 'connecting' | 'connected' | 'failed' | 'kicked' | 'expired'} State
 */

/** One person with a client of his own: what a side of the page shows, and what can be done on it. */
export class Account {
  /** @type {State} */
  state = 'offline'
  /** @type {Map<string, Conversation>} */
  conversations = new Map()
  totalUnread = 0
  isPeerOnline = false
  /** @type {OpenConversation | undefined} */
  open
  /** Whether somebody looks at this side: what comes is read at once. */
  isLookedAt = false
  #client = new OpenIMSDK()
  #changed
  #logIn

  /**
   * @param {string} userID
   * @param {string} peerID the other person on the page
   * @param {() => Promise<Login>} logIn gets a new token: an old one may have been ended
   * @param {() => void} changed is called after every change
   */
  constructor(userID, peerID, logIn, changed) {
    this.userID = userID
    this.peerID = peerID
    this.#logIn = logIn
    this.#changed = changed
  }

  async login() {
    this.#become('connecting')
    // A client whose login has failed cannot log in again.
    const client = new OpenIMSDK()
    this.#client = client
    this.#listen(client)
    try {
      const { token } = await this.#logIn()
      const url = new URL(document.body.dataset['path'] ?? '', location.href)
      url.protocol = url.protocol.replace('http', 'ws')
      const platformID = Number(document.body.dataset['platform'])
      await client.login({
        userID: this.userID,
        token,
        wsAddr: url.href,
        apiAddr: location.origin,
        platformID
      })
      this.#become('connected')
    } catch {
      if (this.state === 'connecting') this.#become('failed')
    }
  }

  async logout() {
    await this.#client.logout().catch(() => {})
    this.#become('offline')
  }

  /** Shows a conversation, and reads what is new in it. @param {string} conversationID */
  async show(conversationID) {
    const conversation = this.conversations.get(conversationID)
    if (!conversation) return
    const opened = new OpenConversation(this.#client, conversation, this.#changed)
    this.open = opened
    this.#changed()
    await opened.loadNewest()
    await this.#read()
  }

  hide() {
    this.open = undefined
    this.#changed()
  }

  /** @param {boolean} isLookedAt */
  look(isLookedAt) {
    this.isLookedAt = isLookedAt
    return this.#read()
  }

  /** Makes a group of both. @param {string} groupName @returns {Promise<string>} its id */
  async makeGroup(groupName) {
    const { data } = await this.#client.createGroup({
      memberUserIDs: [this.peerID],
      groupInfo: { groupName, groupType: 2 },
      ownerUserID: this.userID
    })
    return data.groupID
  }

  /** The conversation of a group, made when it is missing. @param {string} groupID */
  async conversationOfGroup(groupID) {
    return this.#conversationWith(groupID, SessionType.WorkingGroup)
  }

  /** @param {string} sourceID @param {number} sessionType */
  async #conversationWith(sourceID, sessionType) {
    const { data } = await this.#client.getOneConversation({ sourceID, sessionType })
    this.conversations.set(data.conversationID, data)
    this.#changed()
    return data.conversationID
  }

  /** @param {State} state */
  #become(state) {
    this.state = state
    if (state !== 'connected' && state !== 'connecting') {
      this.isPeerOnline = false
      this.open = undefined
      this.conversations.clear()
      this.totalUnread = 0
    }
    this.#changed()
  }

  /** Everything anew, after a login and after each time that the client has connected again by itself. */
  async #load() {
    const client = this.#client
    const [{ data: conversations }, { data: unread }, { data: statuses }] = await Promise.all([
      client.getAllConversationList(),
      client.getTotalUnreadMsgCount(),
      client.subscribeUsersStatus([this.peerID])
    ])
    for (const conversation of conversations)
      this.conversations.set(conversation.conversationID, conversation)
    this.totalUnread = unread
    this.#heardStatuses(statuses)
    await this.#conversationWith(this.peerID, SessionType.Single)
    await this.open?.loadNewest()
    await this.#read()
  }

  async #read() {
    const id = this.open?.conversationID ?? ''
    if (!this.isLookedAt || !this.conversations.get(id)?.unreadCount) return
    await this.#client.markConversationMessageAsRead(id)
  }

  /** @param {OpenIMSDK} client */
  #listen(client) {
    /** @param {CbEvents} event @param {(data: any) => unknown} listener */
    const on = (event, listener) => {
      const hear = async (/** @type {unknown} */ data) => {
        await listener(data)
        this.#changed()
      }
      client.on(event, ({ data }) => void (client === this.#client && hear(data)))
    }
    on(CbEvents.OnConnecting, () => this.#become('connecting'))
    on(CbEvents.OnConnectSuccess, () => this.#become('connected'))
    on(CbEvents.OnConnectFailed, () => this.#become('failed'))
    on(CbEvents.OnKickedOffline, () => this.#become('kicked'))
    on(CbEvents.OnUserTokenExpired, () => this.#become('expired'))
    on(CbEvents.OnSyncServerFinish, () => this.#load())
    on(CbEvents.OnSyncServerFailed, () => this.#load())
    on(CbEvents.OnNewConversation, conversations => this.#heardConversations(conversations))
    on(CbEvents.OnConversationChanged, conversations => this.#heardConversations(conversations))
    on(CbEvents.OnTotalUnreadMessageCountChanged, count => {
      this.totalUnread = Number(count)
    })
    on(CbEvents.OnRecvNewMessages, messages => this.open?.heardMessages(messages))
    on(CbEvents.OnNewRecvMessageRevoked, ({ clientMsgID }) => this.open?.heardRevoked(clientMsgID))
    on(CbEvents.OnRecvC2CReadReceipt, receipts => this.open?.heardReceipts(receipts))
    on(CbEvents.OnUserStatusChanged, status => this.#heardStatuses([status]))
  }

  /** @param {Conversation[]} conversations */
  #heardConversations(conversations) {
    for (const conversation of conversations)
      this.conversations.set(conversation.conversationID, conversation)
    return this.#read()
  }

  /** @param {unknown} statuses the types of the client say that it is one, but it is a list */
  #heardStatuses(statuses) {
    const list = /** @type {{ userID: string, status: number }[]} */ (statuses)
    const peer = list.find(({ userID }) => userID === this.peerID)
    if (peer) this.isPeerOnline = peer.status === 1
  }
}
