import { Account } from './account.js'
import { find, say, textOf } from './page.js'
import { makePane } from './pane.js'

/** @typedef {import('./account.js').Login} Login */

/** @returns {Promise<Login[]>} */
async function session() {
  const response = await fetch('/demo/chat/session', { method: 'POST' })
  if (!response.ok) throw new Error(`POST /demo/chat/session: ${response.status}`)
  const { users } = await response.json()
  return users
}

const main = find('main', HTMLElement)
const status = find('#status', HTMLElement)
const groupButton = find('#group', HTMLButtonElement)

const users = await session().catch(error => {
  say(status, textOf('refused'))
  throw error
})
const sides = [...users.entries()].map(([index, { userID, nickname }], _, all) => {
  const pane = makePane(nickname)
  const peerID = all[1 - index]?.[1].userID ?? ''
  const logIn = async () => {
    const own = (await session()).find(one => one.userID === userID)
    if (!own) throw new TypeError(`no ${userID} in this session`)
    return own
  }
  const account = new Account(userID, peerID, logIn, draw)
  pane.bind(account)
  main.append(pane.element)
  return { pane, account }
})

/** Whoever is clicked into, or typed in, is looked at; one at a time. @param {Event} event */
function look({ target }) {
  for (const { pane, account } of sides)
    void account.look(target instanceof Node && pane.element.contains(target))
}
main.addEventListener('pointerdown', look)
main.addEventListener('focusin', look)

let isDrawing = false
/** Everything that has changed, once a frame at most. */
function draw() {
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    for (const { pane } of sides) pane.draw()
    groupButton.disabled = !sides.every(({ account }) => account.state === 'connected')
  })
}
draw()

/** Makes a group of both, once, and shows it on both sides. */
async function showGroup() {
  const [maker] = sides
  if (!maker) return
  const known = [...maker.account.conversations.values()].find(({ groupID }) => groupID !== '')
  const groupID = known?.groupID ?? (await maker.account.makeGroup(textOf('group')))
  for (const { account } of sides) await account.show(await account.conversationOfGroup(groupID))
}
groupButton.addEventListener('click', () => void showGroup())

// Clients reject with the frame that answered them.
addEventListener('unhandledrejection', event => {
  const { errCode, errMsg } = event.reason ?? {}
  if (errCode !== undefined) say(status, `${textOf('refused')}: ${errMsg} (${errCode})`)
})
main.addEventListener('click', () => say(status, ''), { capture: true })
