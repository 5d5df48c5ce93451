/**
 * @typedef {{ ticket: string, scene: string, scans: number, image: string, expiresInMs: number | null,
 *   inView: boolean }} Code
 * @typedef {{ text: string, href?: string, says?: string, menuId?: string }} Piece
 * @typedef {{ from: 'user' | 'account' | 'wechat', text: string, pieces: Piece[] }} Entry
 * @typedef {{ openid: string, follower: boolean }} Person
 * @typedef {Person & { entries: Entry[] }} Chat
 */

const everyMs = 1_000
/** The QR code that a login page shows, when it has led here. */
const url = new URLSearchParams(location.search).get('url')
const codeInView = url ? `?${new URLSearchParams({ url })}` : ''

/** What the page says of this, in its language; nothing for what it has no text for. @param {string} key */
const textOf = key => document.body.getAttribute(`data-${key}`) ?? ''

/**
 * @template {Element} T
 * @param {string} selector @param {new () => T} type @param {ParentNode} [within]
 * @returns {T}
 */
function find(selector, type, within = document) {
  const element = within.querySelector(selector)
  if (element instanceof type) return element
  throw new TypeError(`no ${selector} on this page`)
}

const codeList = find('#codes', HTMLUListElement)
const codeTemplate = find('#code', HTMLTemplateElement)
const chat = find('#chat', HTMLOListElement)
const person = find('#person', HTMLSelectElement)
const status = find('#status', HTMLElement)
const followButton = find('#follow', HTMLButtonElement)

/** @param {HTMLButtonElement} button @param {() => Promise<void>} listener */
function onClick(button, listener) {
  button.addEventListener('click', () => void listener())
}

/** @param {string} selector of a form with one field @param {(value: string) => Promise<void>} listener */
function onSubmit(selector, listener) {
  const form = find(selector, HTMLFormElement)
  const field = find('input', HTMLInputElement, form)
  form.addEventListener('submit', event => {
    event.preventDefault()
    void listener(field.value)
    form.reset()
  })
}

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
async function call(path, body) {
  const response = await fetch(path, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })
  })
  return response.json()
}

/** Does something on the phone, and says so when nothing came of it. @param {string} path @param {object} body */
async function act(path, body) {
  status.textContent = ''
  const doing = call(`/phone/${path}`, body)
  await refresh()
  const { code, result } = await doing
  status.textContent = textOf(code ?? result)
  await refresh()
}

/** Draws a list anew, only when it has changed: a button must not vanish while it is pressed. */
class Drawn {
  #last = ''

  /** @param {Element} list @param {unknown} content @param {() => Element[]} draw */
  show(list, content, draw) {
    const now = JSON.stringify(content)
    if (now === this.#last) return false
    this.#last = now
    list.replaceChildren(...draw())
    return true
  }
}

const [drawnCodes, drawnPeople, drawnChat] = [new Drawn(), new Drawn(), new Drawn()]

/** @param {Code} code */
function codeItem({ ticket, scene, scans, image, inView }) {
  const item = document.importNode(codeTemplate.content, true)
  find('img', HTMLImageElement, item).src = image
  find('.scene', HTMLElement, item).textContent = scene
  find('.scans', HTMLElement, item).textContent = String(scans)
  onClick(find('button', HTMLButtonElement, item), () => act('scan', { ticket, openid: person.value }))
  const listItem = find('li', HTMLLIElement, item)
  listItem.classList.toggle('in-view', inView)
  return listItem
}

/** @param {Entry} entry */
function chatItem({ from, text, pieces }) {
  const item = document.createElement('li')
  item.className = from
  if (from === 'wechat') item.textContent = textOf(text)
  else item.append(...pieces.map(pieceNode))
  return item
}

/** @param {Piece} piece */
function pieceNode({ text, href, says, menuId }) {
  if (href !== undefined)
    return Object.assign(document.createElement('a'), {
      href,
      target: '_blank',
      rel: 'noopener',
      textContent: text
    })
  if (says === undefined) return document.createTextNode(text)
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: text })
  onClick(button, () => act('tap', { openid: person.value, content: says, ...(menuId && { menuId }) }))
  return button
}

/** @param {Person} known */
function personOption({ openid, follower }) {
  return new Option(`${openid.slice(0, 8)} · ${textOf(follower ? 'follower' : 'stranger')}`, openid)
}

async function refreshCodes() {
  /** @type {Code[]} */
  const codes = await call(`/phone/codes${codeInView}`)
  const stable = codes.map(({ ticket, scans, inView }) => [ticket, scans, inView])
  drawnCodes.show(codeList, stable, () => codes.map(codeItem))
  for (const [index, { expiresInMs }] of codes.entries()) {
    const left = find('.left', HTMLElement, codeList.children[index])
    left.textContent = expiresInMs === null ? '∞' : `${Math.ceil(expiresInMs / 1000)} s`
  }
}

async function refreshPeople() {
  const chosen = person.value || sessionStorage.getItem('person')
  /** @type {Person[]} */
  const people = await call('/phone/people')
  const changed = drawnPeople.show(person, people, () => people.map(personOption))
  if (changed && chosen && people.some(({ openid }) => openid === chosen)) person.value = chosen
}

async function refreshChat() {
  if (person.value === '') return
  // Whoever holds the phone still holds it when a login page shows another code here.
  sessionStorage.setItem('person', person.value)
  /** @type {Chat} */
  const { openid, follower, entries } = await call(`/phone/chat/${person.value}`)
  if (openid !== person.value) return
  followButton.textContent = textOf(follower ? 'unfollow' : 'follow')
  followButton.value = follower ? 'unfollow' : 'follow'
  const changed = drawnChat.show(chat, [openid, entries], () => entries.map(chatItem))
  if (changed) chat.scrollTop = chat.scrollHeight
}

async function refresh() {
  await Promise.all([refreshCodes(), refreshPeople()])
  await refreshChat()
}

/** Who has this OpenID, or (without one) somebody new, holds the phone from now on. @param {object} body */
async function hand(body) {
  const { openid } = await call('/phone/people', body)
  await refreshPeople()
  if (openid !== undefined) person.value = openid
  await refreshChat()
}

person.addEventListener('change', () => void refreshChat())
onClick(find('#new', HTMLButtonElement), () => hand({}))
onClick(followButton, () => act(followButton.value, { openid: person.value }))
onSubmit('#own', openid => hand({ openid }))
onSubmit('#say', content => act('text', { openid: person.value, content }))

document.body.classList.toggle('framed', window.parent !== window)

/** Goes on by itself while somebody looks. */
async function watch() {
  try {
    if (!document.hidden) await refresh()
    document.body.classList.remove('offline')
  } catch {
    document.body.classList.add('offline')
  }
  setTimeout(watch, everyMs)
}
void watch()
