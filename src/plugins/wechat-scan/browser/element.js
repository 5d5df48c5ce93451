import { Login } from './login.js'
import { styles } from './styles.js'
import { texts } from './texts.js'

/** @import { News } from './login.js' */
/** @typedef {'loading' | 'ready' | 'scanned' | 'confirmed' | 'expired' | 'cancelled' | 'offline' | 'busy'} ScanState */

/** How much later than here a code may end at the gateway. */
const graceMs = 3_000

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} part @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 */
function make(tag, part, properties) {
  const element = Object.assign(document.createElement(tag), properties)
  element.setAttribute('part', part)
  return element
}

/**
 * `<paifang-scan>`: a QR code that signs in whoever scans it. Needs no library, and of a content security policy only
 * `'self'`. Attributes: `lang` (zh or en), `account`, `exchange` (redeem the code at once, here) and `base` (origin of
 * the gateway; default: where this script came from). Events: `scan-ready`, `scan-scanned`, `scan-success`,
 * `scan-expired`, `scan-cancelled`, `scan-error`.
 */
class PaifangScan extends HTMLElement {
  static observedAttributes = ['lang']

  #code = make('img', 'code', { draggable: false })
  #refresh = make('button', 'refresh', { type: 'button' })
  #hint = make('p', 'hint', { role: 'status' })
  #left = make('p', 'left', { role: 'timer' })
  /** @type {ScanState} */
  #state = 'loading'
  /** @type {keyof typeof texts.en} */
  #text = 'loading'
  /** @type {Login | undefined} */
  #login
  #drawn = ''
  #endsAt = 0
  #ticker = 0
  #leave = new AbortController()

  constructor() {
    super()
    const frame = make('div', 'frame')
    const veil = make('div', 'veil')
    veil.append(make('span', 'mark'), this.#refresh)
    frame.append(this.#code, veil)
    this.#refresh.addEventListener('click', () => this.refresh())
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    const shadow = this.attachShadow({ mode: 'open' })
    shadow.adoptedStyleSheets = [sheet]
    shadow.append(frame, this.#hint, this.#left)
  }

  /** What it shows; also an attribute, for style sheets. @returns {ScanState} */
  get state() {
    return this.#state
  }

  /** Shows a new code, as the button does. */
  refresh() {
    this.#login?.renew()
  }

  connectedCallback() {
    const base = new URL(this.getAttribute('base') ?? import.meta.url, location.href).origin
    const login = new Login(base, this.getAttribute('account'), (type, news) => this.#hear(type, news))
    this.#login = login
    this.#leave = new AbortController()
    const { signal } = this.#leave
    // Nothing is asked for while nobody looks: forgotten pages would use up what WeChat allows in a day.
    const look = () => (document.hidden ? login.pause() : login.start())
    document.addEventListener('visibilitychange', look, { signal })
    window.addEventListener('online', look, { signal })
    window.addEventListener('offline', () => login.lose(), { signal })
    this.#show('loading')
    look()
  }

  disconnectedCallback() {
    this.#leave.abort()
    this.#login?.stop()
    clearInterval(this.#ticker)
  }

  attributeChangedCallback() {
    this.#write()
  }

  /** @param {string} type @param {News} news */
  #hear(type, news) {
    if (type === 'ready') this.#draw(news)
    else if (type === 'confirmed') void this.#finish(news.code)
    else if (type === 'failed') this.#fail(news)
    else if (this.#show(/** @type {ScanState} */ (type))) {
      if (type === 'busy' || type === 'offline') this.#emit('error', { reason: type })
      else if (type !== 'loading') this.#emit(type, {})
    }
  }

  /** @param {News} news */
  #draw({ url = '', expiresInMs = 0 }) {
    const isNew = url !== this.#drawn
    this.#drawn = url
    this.#endsAt = performance.now() + expiresInMs
    if (isNew) this.#code.src = this.#login?.picture ?? ''
    clearInterval(this.#ticker)
    this.#ticker = setInterval(() => this.#tick(), 1_000)
    this.#show('ready')
    if (isNew) this.#emit('ready', { url, expiresInMs })
  }

  #tick() {
    this.#write()
    if (this.#state !== 'ready') clearInterval(this.#ticker)
    // The gateway says when a code is over. If it does not, ask.
    else if (performance.now() > this.#endsAt + graceMs) this.#login?.start()
  }

  /** @param {string | undefined} code */
  async #finish(code) {
    const answer = this.hasAttribute('exchange') ? await this.#login?.redeem(code) : undefined
    if (answer && !answer.ok) return this.#fail({ reason: 'exchange', status: answer.status })
    this.#show('confirmed')
    this.#emit('success', answer?.body ?? { code })
  }

  /** @param {News} news */
  #fail(news) {
    this.#show('expired', 'failed')
    this.#emit('error', news)
  }

  /**
   * Says whether that is a change.
   * @param {ScanState} state @param {keyof typeof texts.en} text
   */
  #show(state, text = state) {
    const isNew = state !== this.#state
    this.#state = state
    this.#text = text
    this.setAttribute('state', state)
    this.#write()
    return isNew
  }

  #write() {
    const language = this.closest('[lang]')?.getAttribute('lang') ?? navigator.language
    const words = texts[language.startsWith('zh') ? 'zh' : 'en']
    const isInWechat = this.#text === 'ready' && /MicroMessenger/i.test(navigator.userAgent)
    const hint = words[isInWechat ? 'inWechat' : this.#text]
    // A screen reader reads whatever is set, changed or not.
    if (this.#hint.textContent !== hint) this.#hint.textContent = hint
    this.#refresh.textContent = words.refresh
    this.#code.alt = words.alt
    const seconds = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / 1_000))
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    this.#left.textContent = this.#state === 'ready' ? `${words.left} ${clock}` : ''
  }

  /** @param {string} type @param {object} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(`scan-${type}`, { detail, bubbles: true, composed: true }))
  }
}

if (!customElements.get('paifang-scan')) customElements.define('paifang-scan', PaifangScan)
