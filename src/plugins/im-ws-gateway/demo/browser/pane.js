import { showConversations, showCount } from './conversation-list.js'
import { showMessages } from './message-list.js'
import { find, say, textOf } from './page.js'

/** @typedef {import('./account.js').Account} Account */

/**
 * One side of the page.
 * @param {string} nickname
 * @returns {{ element: HTMLElement, bind: (account: Account) => void, draw: () => void }}
 */
export function makePane(nickname) {
  const fragment = document.importNode(find('#pane', HTMLTemplateElement).content, true)
  const element = find('.pane', HTMLElement, fragment)
  element.setAttribute('aria-label', nickname)
  say(find('.face', HTMLElement, element), nickname.slice(0, 1))
  say(find('h2', HTMLElement, element), nickname)
  /** @type {Account | undefined} */
  let account
  return {
    element,
    bind(bound) {
      account = bound
      listen(element, bound)
    },
    draw: () => account && draw(element, account)
  }
}

/** @param {HTMLElement} element @param {Account} account */
function listen(element, account) {
  const field = find('input', HTMLInputElement, element)
  /** @param {string} selector @param {() => unknown} listener */
  const onClick = (selector, listener) =>
    find(selector, HTMLButtonElement, element).addEventListener('click', listener)
  onClick('.login', () => (isIn(account) ? account.logout() : account.login()))
  onClick('.close', () => account.hide())
  onClick('.earlier', () => account.open?.loadEarlier())
  find('form', HTMLFormElement, element).addEventListener('submit', event => {
    event.preventDefault()
    void account.open?.send(field.value)
    field.value = ''
  })
  element.querySelector('.picture')?.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return
    const [file] = target.files ?? []
    target.value = ''
    if (file) void account.open?.sendPicture(file)
  })
  // Once it is drawn, one may write at once.
  find('.conversations', HTMLUListElement, element).addEventListener('click', () =>
    requestAnimationFrame(() => field.focus())
  )
  field.addEventListener('input', () => void account.open?.tellTyping(field.value !== ''))
  field.addEventListener('blur', () => void account.open?.tellTyping(false))
}

/** @param {Account} account */
const isIn = ({ state }) => state === 'connected' || state === 'connecting'

/** @param {HTMLElement} element @param {Account} account */
function draw(element, account) {
  const { state, open, isPeerOnline, totalUnread, peerID } = account
  element.dataset['state'] = state
  say(find('.state', HTMLElement, element), textOf(state))
  say(find('.login', HTMLElement, element), textOf(isIn(account) ? 'logout' : 'login'))
  showCount(find('.total', HTMLElement, element), totalUnread)
  showConversations(find('.conversations', HTMLUListElement, element), account)

  find('.chat', HTMLElement, element).hidden = !open
  find('.choose', HTMLElement, element).hidden = open !== undefined || state !== 'connected'
  showMessages(find('.messages', HTMLOListElement, element), account)
  if (!open) return
  const { showName = '' } = account.conversations.get(open.conversationID) ?? {}
  say(find('h3', HTMLElement, element), showName)
  const presence = find('.presence', HTMLElement, element)
  presence.hidden = open.userID !== peerID
  presence.classList.toggle('online', isPeerOnline)
  say(presence, textOf(isPeerOnline ? 'online' : 'away'))
  say(find('.typing', HTMLElement, element), open.isTyping ? textOf('typing') : '')
  find('.earlier', HTMLElement, element).hidden = !open.hasEarlier
}
