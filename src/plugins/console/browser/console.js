/**
 * @typedef {{ id: string, health: 'ok' | 'down', reason?: string }} PluginNow
 * @typedef {{ number: number, at: number, method: string, route?: string, http: number, key?: string,
 *   requestId: string }} Failure
 * @typedef {{ plugins: PluginNow[], figures: Record<string, number | undefined>, failures: Failure[] }} Snapshot
 */

const shownCharacters = 4_000
const timeoutMs = 10_000
const connection = find('#connection', HTMLElement)
const pluginRows = find('#plugins', HTMLTableSectionElement)
const failureRows = find('#failures', HTMLTableSectionElement)
/** The gateway may be another one when it is back: numbers begin anew then. */
let wasLost = false

/**
 * What the page says of this, in its language, with values in the places of its braces.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
function textOf(key, values = {}) {
  const text = document.body.getAttribute(`data-${key}`) ?? ''
  return text.replaceAll(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place))
}

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

/**
 * An element with a text or children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {...(string | Node)} content
 * @returns {HTMLElementTagNameMap[Name]}
 */
function make(name, ...content) {
  const element = document.createElement(name)
  element.append(...content)
  return element
}

/** Sets a text that a screen reader speaks, only when it is another one. @param {Element} element @param {string} text */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** Keeps the page up to date. The browser comes back by itself when the stream ends. */
function followEvents() {
  const events = new EventSource(textOf('events'))
  events.addEventListener('message', ({ data }) => show(JSON.parse(data)))
  events.addEventListener('open', () => showConnection('live'))
  events.addEventListener('error', () => showConnection('lost'))
}

/** @param {'live' | 'lost'} state */
function showConnection(state) {
  if (state === 'lost') wasLost = true
  connection.dataset['state'] = state
  say(connection, textOf(state))
}

/** @param {Snapshot} now */
function show({ plugins, figures, failures }) {
  const shown = [...pluginRows.rows].map(row => row.dataset['key'])
  if (shown.join() !== plugins.map(({ id }) => id).join()) return location.reload()
  for (const plugin of plugins) showPlugin(plugin)
  showSummary(plugins)
  for (const element of document.querySelectorAll('#figures dd'))
    say(element, String(figures[element.getAttribute('data-key') ?? ''] ?? '–'))
  showFailures(failures)
  wasLost = false
}

/** @param {PluginNow} plugin */
function showPlugin({ id, health, reason = '' }) {
  const row = find(`[data-key="${CSS.escape(id)}"]`, HTMLTableRowElement, pluginRows)
  row.dataset['health'] = health
  say(find('.health', HTMLElement, row), textOf(health === 'ok' ? 'up' : 'down'))
  say(find('.reason', HTMLElement, row), reason)
}

/** @param {PluginNow[]} plugins */
function showSummary(plugins) {
  const down = plugins.filter(({ health }) => health === 'down').map(({ id }) => id)
  const counts = { all: plugins.length, down: down.length, names: down.join(', ') }
  say(find('#summary', HTMLElement), textOf(down.length === 0 ? 'well' : 'unwell', counts))
}

/**
 * Puts new rows before the old ones, which stay as they are.
 * @param {Failure[]} failures the newest first
 */
function showFailures(failures) {
  if (wasLost) failureRows.replaceChildren()
  const known = new Set([...failureRows.rows].map(row => row.dataset['key']))
  const added = failures.filter(({ number }) => !known.has(String(number)))
  failureRows.prepend(...added.map(rowOf))
  while (failureRows.rows.length > failures.length) failureRows.deleteRow(-1)
  find('#none', HTMLElement).hidden = failures.length > 0
  const [last] = added
  if (last && !wasLost)
    say(find('#news', HTMLElement), textOf('failed', { kind: last.key ?? '–', status: last.http }))
}

/** @param {Failure} failure */
function rowOf({ number, at, method, route, http, key, requestId }) {
  const iso = new Date(at).toISOString()
  const time = make('time', iso.slice(0, 19).replace('T', ' '))
  time.dateTime = iso
  const what = `${method} ${route ?? textOf('noroute')}`
  const cells = [time, key ?? '–', make('b', String(http)), make('code', what), make('code', requestId)]
  const row = make('tr', ...cells.map(cell => make('td', cell)))
  row.dataset['key'] = String(number)
  row.dataset['http'] = String(http).slice(0, 1)
  return row
}

/** Shows the answers of the forms beside them. Those that lead to another origin stay as they are: links to the answer. */
function enableTrials() {
  for (const form of document.forms) {
    if (new URL(form.action).origin !== location.origin) continue
    form.hidden = false
    form.addEventListener('submit', event => {
      event.preventDefault()
      void submit(form)
    })
  }
}

/** @param {HTMLFormElement} form */
async function submit(form) {
  const button = find('button', HTMLButtonElement, form)
  const output = find('output', HTMLOutputElement, form)
  output.hidden = false
  output.value = textOf('waiting')
  button.disabled = true
  output.value = await answerOf(form).catch(() => textOf('unreachable'))
  button.disabled = false
  button.focus()
}

/** @param {HTMLFormElement} form */
async function answerOf(form) {
  const { body } = form.dataset
  const aborter = new AbortController()
  const timer = setTimeout(() => aborter.abort(), timeoutMs)
  try {
    const response = await fetch(form.action, {
      method: form.method,
      signal: aborter.signal,
      ...(body !== undefined && { body })
    })
    const head = `${response.status} ${response.headers.get('content-type') ?? ''}`
    const isStream = head.includes('text/event-stream')
    const text = isStream ? textOf('stream') : inLines(await response.text())
    return `${head}\n\n${text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text}`
  } finally {
    clearTimeout(timer)
    aborter.abort()
  }
}

/** JSON with a line for each member; anything else as it is. @param {string} text */
function inLines(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

followEvents()
enableTrials()
