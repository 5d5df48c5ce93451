import { MessageStatus, MessageType } from './open-im-sdk.js'

/**
 * @typedef {import('oim352').MessageItem} Message
 * @typedef {import('oim352').OpenIMSDK} Client
 */

const pageSize = 20
/** How often others are told that somebody still types, and how long it holds good. */
const typingEveryMs = 10_000
const typingForMs = 15_000

/** A conversation that is shown, with the messages of it that are. */
export class OpenConversation {
  /** Ascending by time; what is under way comes last. @type {Message[]} */
  messages = []
  hasEarlier = false
  isTyping = false
  #client
  #changed
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typingEnds
  #toldTypingAt = -Infinity

  /** @param {Client} client @param {import('oim352').ConversationItem} conversation @param {() => void} changed */
  constructor(client, { conversationID, userID, groupID }, changed) {
    this.conversationID = conversationID
    this.userID = userID
    this.groupID = groupID
    this.#client = client
    this.#changed = changed
  }

  /** The newest page, and only that: after it was away the client may have missed more than a page. */
  async loadNewest() {
    this.messages = this.messages.filter(({ status }) => status !== MessageStatus.Succeed)
    await this.#load('')
  }

  async loadEarlier() {
    await this.#load(this.messages[0]?.clientMsgID ?? '')
  }

  /** @param {string} text */
  async send(text) {
    this.#toldTypingAt = -Infinity
    const { data: message } = await this.#client.createTextMessage(text)
    await this.#sendMessage(message)
  }

  /** Uploads a picture, and sends it. @param {File} file */
  async sendPicture(file) {
    const { width, height } = await createImageBitmap(file)
    const { type, size } = file
    const about = { uuid: `${Date.now()}`, type, size, width, height, url: '' }
    const { data: message } = await this.#client.createImageMessageByFile({
      sourcePath: '',
      sourcePicture: { ...about },
      bigPicture: { ...about },
      snapshotPicture: { ...about },
      file
    })
    await this.#sendMessage(message)
  }

  /** @param {Message} message */
  async #sendMessage(message) {
    this.#take([{ ...message, status: MessageStatus.Sending }])
    const to = { recvID: this.userID, groupID: this.groupID }
    try {
      const { data: kept } = await this.#client.sendMessage({ ...to, message })
      this.#take([kept])
    } catch {
      this.#take([{ ...message, status: MessageStatus.Failed }])
    }
  }

  /** @param {string} clientMsgID */
  async revoke(clientMsgID) {
    await this.#client.revokeMessage({ conversationID: this.conversationID, clientMsgID })
    this.heardRevoked(clientMsgID)
  }

  /** Tells the other side that somebody types here, or no longer does. @param {boolean} isTyping */
  async tellTyping(isTyping) {
    const told = Date.now() - this.#toldTypingAt < typingEveryMs
    if (this.userID === '' || told === isTyping) return
    this.#toldTypingAt = isTyping ? Date.now() : -Infinity
    await this.#client.typingStatusUpdate({ recvID: this.userID, msgTip: isTyping ? 'yes' : 'no' })
  }

  /** @param {Message[]} messages of any conversation */
  heardMessages(messages) {
    const mine = messages.filter(({ groupID, sendID, recvID }) => {
      return this.groupID === ''
        ? groupID === '' && [sendID, recvID].includes(this.userID)
        : groupID === this.groupID
    })
    const isTyping = mine.findLast(isTypingMessage)?.typingElem.msgTips === 'yes'
    if (mine.length > 0) this.#showTyping(isTyping)
    this.#take(mine.filter(message => !isTypingMessage(message)))
  }

  /** @param {string} clientMsgID */
  heardRevoked(clientMsgID) {
    const message = this.messages.find(one => one.clientMsgID === clientMsgID)
    if (message) this.#take([{ ...message, contentType: MessageType.RevokeMessage }])
  }

  /** @param {{ msgIDList: string[] }[]} receipts */
  heardReceipts(receipts) {
    const read = new Set(receipts.flatMap(({ msgIDList }) => msgIDList))
    this.#take(this.messages.filter(one => read.has(one.clientMsgID)).map(one => ({ ...one, isRead: true })))
  }

  /** @param {string} startClientMsgID */
  async #load(startClientMsgID) {
    const { conversationID } = this
    const { data } = await this.#client.getAdvancedHistoryMessageList({
      conversationID,
      startClientMsgID,
      count: pageSize,
      lastMinSeq: 0
    })
    this.hasEarlier = !data.isEnd
    this.#take(data.messageList)
  }

  /** @param {boolean} isTyping */
  #showTyping(isTyping) {
    clearTimeout(this.#typingEnds)
    this.isTyping = isTyping
    if (isTyping) this.#typingEnds = setTimeout(() => this.#showTyping(false), typingForMs)
    this.#changed()
  }

  /** Messages that are new, and others as they are now. @param {Message[]} messages */
  #take(messages) {
    const all = new Map([...this.messages, ...messages].map(message => [message.clientMsgID, message]))
    const at = (/** @type {Message} */ { sendTime }) => sendTime || Infinity
    this.messages = [...all.values()].toSorted((one, other) =>
      at(one) < at(other) ? -1 : at(one) > at(other) ? 1 : 0
    )
    this.#changed()
  }
}

/** @param {Message} message */
function isTypingMessage({ contentType }) {
  return contentType === MessageType.TypingMessage
}
