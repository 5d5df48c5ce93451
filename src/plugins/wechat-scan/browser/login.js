/**
 * @typedef {{ stream: string, poll: string, svg: string, ticket?: string | undefined }} Scan What the gateway knows this page by.
 * @typedef {{ url?: string, expiresInMs?: number, code?: string, reason?: string, status?: number }} News What happened to it.
 * @typedef {{ ok: boolean, status: number, body: any }} Answer
 */

/** What a stream may say. */
const eventTypes = ['ready', 'scanned', 'confirmed', 'expired', 'cancelled', 'busy', 'timeout']
/** What is not the end of it. */
const waiting = new Set(['loading', 'ready', 'scanned', 'offline', 'busy'])
/** A stream that says nothing for so long is held back on its way, or broken. */
const silenceMs = 5_000
const pollMs = 2_000

/** One page's login as the gateway tells it: by a stream or, where streams do not get through, by being asked. */
export class Login {
  #base
  #account
  #tell
  /** @type {Scan | undefined} */
  #scan
  #isWaiting = true
  #polls = false
  #failures = 0
  #pictures = 0
  // What is under way.
  #work = new AbortController()
  /** @type {EventSource | undefined} */
  #source
  #timer = 0

  /** @param {string} base @param {string | null} account @param {(type: string, news: News) => unknown} tell */
  constructor(base, account, tell) {
    this.#base = base
    this.#account = account
    this.#tell = tell
  }

  /** Begins, or goes on where it was paused. */
  start() {
    if (!this.#isWaiting) return
    if (this.#scan) this.#listen()
    else void this.#begin('/v1/scan')
  }

  /** Asks for nothing until {@link start}. */
  pause() {
    if (this.#isWaiting) this.stop()
  }

  stop() {
    this.#work.abort()
    this.#work = new AbortController()
    this.#source?.close()
    clearTimeout(this.#timer)
  }

  /** Gets a new code. */
  renew() {
    this.#polls = false
    void this.#begin(this.#scan ? '/v1/scan/refresh' : '/v1/scan')
  }

  /** The network is gone. It is tried again after a while, and at {@link start}. */
  lose(again = () => this.start()) {
    if (!this.#isWaiting) return
    this.stop()
    this.#hear('offline')
    this.#later(this.#pauseMs(), again)
  }

  /** @param {string | undefined} code */
  redeem(code) {
    return this.#ask('/v1/scan/exchange', { code })
  }

  /** Where the picture of the code is: another address for each, as an old one may be kept by that name. */
  get picture() {
    const url = this.#url(this.#scan?.svg ?? '')
    url.searchParams.set('v', String(++this.#pictures))
    return url.href
  }

  /** @param {string} path */
  async #begin(path) {
    this.stop()
    this.#hear('loading')
    const body = { account: this.#account ?? undefined, crossSite: this.#isForeign || undefined }
    const answer = await this.#ask(path, this.#scan ? {} : body, () => this.#begin(path))
    if (answer?.ok) {
      this.#scan = answer.body
      this.#hear(answer.body.state, answer.body)
      this.#listen()
    } else if (answer && this.#scan) {
      // The gateway no longer knows this page.
      this.#scan = undefined
      void this.#begin('/v1/scan')
    } else if (answer) this.#hear('failed', { reason: 'refused', status: answer.status })
  }

  #listen() {
    this.stop()
    if (this.#polls) void this.#check()
    else if (this.#scan) this.#open(this.#scan)
  }

  /** @param {Scan} scan */
  #open(scan) {
    const { stream, ticket } = scan
    const url = this.#url(stream)
    // It is good once. The stream brings the next one.
    if (ticket) url.searchParams.set('ticket', ticket)
    this.#scan = { ...scan, ticket: undefined }
    const source = new EventSource(url, { withCredentials: this.#isForeign })
    this.#source = source
    for (const type of eventTypes)
      source.addEventListener(type, event => {
        clearTimeout(this.#timer)
        this.#failures = 0
        this.#hear(type, JSON.parse(event.data))
      })
    source.addEventListener('error', () => {
      if (this.#isWaiting) this.#miss(source)
    })
    this.#later(silenceMs, () => {
      this.#polls = true
      return this.#check()
    })
  }

  /** @param {EventSource} source that ended or broke; most come back by themselves */
  #miss(source) {
    if (this.#scan?.ticket) {
      source.close()
      this.#later(1_000, () => this.#listen())
    } else if (source.readyState === EventSource.CLOSED) void this.#check()
    else if (this.#failures++ === 0) this.#later(silenceMs, () => this.#check())
  }

  async #check() {
    this.stop()
    const answer = await this.#ask(this.#scan?.poll ?? '', undefined, () => this.#check())
    if (!answer) return
    this.#hear(answer.ok ? answer.body.state : 'expired', answer.body)
    if (!this.#isWaiting) return
    const pauseMs = this.#polls ? pollMs : this.#pauseMs()
    if (this.#failures > 2) this.#polls = true
    this.#later(pauseMs, () => this.#listen())
  }

  /**
   * Undefined: it was stopped; or nobody could answer, and `again` is called later.
   * @param {string} path @param {object} [body] @param {() => unknown} [again] @returns {Promise<Answer | undefined>}
   */
  async #ask(path, body, again) {
    const { signal } = this.#work
    const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const credentials = this.#isForeign ? 'include' : 'same-origin'
    try {
      const init = { method: body ? 'POST' : 'GET', ...content, credentials, cache: 'no-store', signal }
      const response = await fetch(this.#url(path), /** @type {RequestInit} */ (init))
      const { ok, status, headers } = response
      if (again && (status === 429 || status >= 500)) {
        this.#hear('busy')
        this.#later(Math.max(Number(headers.get('retry-after')) * 1_000, this.#pauseMs()), again)
        return undefined
      }
      const answer = { ok, status, body: await response.json() }
      if (!signal.aborted) return answer
    } catch {
      if (!signal.aborted && !again) return { ok: false, status: 0, body: {} }
      if (!signal.aborted) this.lose(again)
    }
    return undefined
  }

  /** @param {string} type @param {News} [news] */
  #hear(type, news = {}) {
    if (type === 'timeout') return
    this.#isWaiting = waiting.has(type)
    if (this.#isWaiting && this.#scan) this.#scan = { ...this.#scan, ...news }
    // The stream of an expired code stays open: it may bring a new one.
    if (type === 'confirmed' || type === 'cancelled') this.stop()
    if (type === 'confirmed') this.#scan = undefined
    this.#tell(type, news)
  }

  /** @param {number} delayMs @param {() => unknown} task */
  #later(delayMs, task) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(task, delayMs)
  }

  #pauseMs() {
    return Math.min(30_000, 1_000 * 2 ** this.#failures++) * (0.75 + Math.random() / 2)
  }

  /** @param {string} path */
  #url(path) {
    return new URL(path, this.#base)
  }

  get #isForeign() {
    return this.#base !== location.origin
  }
}
