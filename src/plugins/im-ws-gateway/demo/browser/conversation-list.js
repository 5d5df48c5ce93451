import { messageText } from './message-list.js'
import { find, make, say, showItems, textOf } from './page.js'

/** @typedef {import('./account.js').Conversation} Conversation */

/**
 * Draws the conversations of an account, the last one first.
 * @param {HTMLUListElement} list @param {import('./account.js').Account} account
 */
export function showConversations(list, account) {
  const conversations = [...account.conversations.values()].toSorted(
    (one, other) => other.latestMsgSendTime - one.latestMsgSendTime
  )
  showItems(list, conversations, {
    key: ({ conversationID }) => conversationID,
    make({ conversationID }) {
      const button = make('button', '', make('b'), make('span', 'badge'), make('span', 'latest'))
      button.type = 'button'
      button.addEventListener('click', () => void account.show(conversationID))
      return make('li', '', button)
    },
    update: (item, conversation) => update(item, conversation, account)
  })
}

/** @param {HTMLElement} item @param {Conversation} conversation @param {import('./account.js').Account} account */
function update(item, { conversationID, showName, userID, groupID, latestMsg, unreadCount }, account) {
  say(find('b', HTMLElement, item), showName || userID || groupID)
  const badge = find('.badge', HTMLElement, item)
  showCount(badge, unreadCount)
  say(find('.latest', HTMLElement, item), latestMsg ? messageText(JSON.parse(latestMsg)) : '')
  const isOpen = account.open?.conversationID === conversationID
  find('button', HTMLButtonElement, item).setAttribute('aria-current', String(isOpen))
}

/** A number in a circle, which is hidden when it is 0. @param {HTMLElement} badge @param {number} count */
export function showCount(badge, count) {
  badge.hidden = count === 0
  say(badge, String(count))
  badge.setAttribute('aria-label', `${count} ${textOf('unread')}`)
}
