import { MessageStatus, MessageType } from './open-im-sdk.js'
import { find, make, say, showItems, textOf } from './page.js'

/** @typedef {import('./account.js').Message} Message */

/** The names of texts for some of those. @type {Readonly<Record<number, string>>} */
const notices = {
  [MessageType.GroupCreated]: 'grouped',
  [MessageType.MemberInvited]: 'joined',
  [MessageType.MemberEnter]: 'joined',
  [MessageType.RevokeMessage]: 'revoked'
}

/** Whether it is what the system says. @param {number} contentType */
const isNotice = contentType => contentType >= 1_000

/** What a message says, in a line. @param {Message} message */
export function messageText({ contentType, textElem }) {
  if (contentType === MessageType.TextMessage) return textElem.content
  if (contentType === MessageType.PictureMessage) return textOf('picture')
  return textOf(notices[contentType] ?? (isNotice(contentType) ? 'notice' : 'other'))
}

/**
 * Draws the messages of the conversation that is shown.
 * @param {HTMLOListElement} list @param {import('./account.js').Account} account
 */
export function showMessages(list, account) {
  const { open } = account
  const last = open?.messages.at(-1)?.clientMsgID
  showItems(list, open?.messages ?? [], {
    key: ({ clientMsgID }) => clientMsgID,
    make: message => makeItem(message, account),
    update: (item, message) => update(item, message, account)
  })
  if (last === list.dataset['last']) return
  list.dataset['last'] = last ?? ''
  list.scrollTop = list.scrollHeight
}

/** @param {Message} message @param {import('./account.js').Account} account */
function makeItem({ clientMsgID }, account) {
  const button = make('button', 'revoke', textOf('revoke'))
  button.type = 'button'
  button.addEventListener('click', () => void account.open?.revoke(clientMsgID))
  return make('li', '', make('span', 'from'), make('p'), make('span', 'mark'), button)
}

/** @param {HTMLElement} item @param {Message} message @param {import('./account.js').Account} account */
function update(item, message, { userID }) {
  const isSystem = isNotice(message.contentType)
  const isOwn = !isSystem && message.sendID === userID
  item.className = isSystem ? 'notice' : isOwn ? 'own' : 'other'
  say(find('.from', HTMLElement, item), isSystem || isOwn ? '' : message.senderNickname)
  show(find('p', HTMLElement, item), message)
  say(find('.mark', HTMLElement, item), isOwn ? markOf(message) : '')
  find('.revoke', HTMLElement, item).hidden = !isOwn || message.sendTime === 0
}

/** A text, or a picture that stays the element that it is. @param {HTMLElement} place @param {Message} message */
function show(place, message) {
  const text = messageText(message)
  if (message.contentType !== MessageType.PictureMessage) return say(place, text)
  const { url } = message.pictureElem.sourcePicture
  if (place.querySelector('img')?.getAttribute('src') === url) return
  const picture = make('img')
  picture.src = url
  picture.alt = text
  place.replaceChildren(picture)
}

/** What became of an own message. @param {Message} message */
function markOf({ status, sendTime, isRead }) {
  if (status === MessageStatus.Failed) return textOf('unsent')
  if (sendTime === 0) return textOf('sending')
  return textOf(isRead ? 'read' : 'sent')
}
