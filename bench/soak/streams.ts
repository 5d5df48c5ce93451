import { setTimeout as sleep } from 'node:timers/promises'
import { readStream, type EventStream, type StreamEvent } from './event-stream.ts'
import { pace, type Field, type Load } from './load.ts'
import { writer } from './settings.ts'

const topics = ['alpha', 'beta', 'gamma']
const readers = 20
const perSecond = 6
const comeBackMs = 200

/** Somebody who reads all topics, and comes back with the id of the last event that he got. */
class Reader {
  readonly #field: Field
  readonly #lastOf = new Map<string, number>()
  #lastId = ''
  #stream: EventStream | undefined
  #isGone = false
  /** Events that were passed over without a word, as `topic number`. */
  readonly missed: string[] = []
  heard = 0

  constructor(field: Field) {
    this.#field = field
  }

  /** Resolves when it has left. */
  async stay(): Promise<void> {
    const { url, ledger, project } = this.#field
    const authorization = `Bearer ${project.topicToken}`
    while (!this.#isGone) {
      const began = ledger.now()
      const headers = { authorization, ...(this.#lastId !== '' && { 'last-event-id': this.#lastId }) }
      this.#stream = readStream(`${url}/v1/events?topics=${topics.join()}`, headers, event =>
        this.#hear(event)
      )
      const status = await this.#stream.status
      if (status === 200) ledger.did('stream')
      else if (!this.#isGone) ledger.failed('stream', `HTTP ${status}`, began)
      await this.#stream.ended
      if (!this.#isGone) await sleep(comeBackMs)
    }
  }

  vanish(): void {
    this.#stream?.leave()
  }

  leave(): void {
    this.#isGone = true
    this.#stream?.leave()
  }

  #hear({ event, id, data }: StreamEvent): void {
    if (id !== '') this.#lastId = id
    // What is missing is told: nothing is expected of these topics until their next event.
    if (event === 'hub.gap') for (const topic of data['topics'] as string[]) this.#lastOf.delete(topic)
    if (event !== 'note') return
    this.heard++
    const [topic, number] = [String(data['text']), Number(data['n'])]
    const last = this.#lastOf.get(topic)
    if (last !== undefined)
      for (let passed = last + 1; passed < number; passed++) this.missed.push(`${topic} ${passed}`)
    if (last !== undefined && number <= last) this.missed.push(`${topic} ${number} again`)
    this.#lastOf.set(topic, Math.max(number, last ?? 0))
  }
}

/** Writers with tokens, who publish by a route of the project's own, and readers of `GET /v1/events`. */
export const streams: Load = async field => {
  const { project, ask, ledger, random, rate } = field
  const all = Array.from({ length: readers }, () => new Reader(field))
  const staying = all.map(reader => reader.stay())
  const published = new Set<string>()
  const tokens = { access: '', refresh: '' }

  /** Gets tokens by password at first, and then with what came with the last ones. */
  const logIn = async (number: number): Promise<void> => {
    const isNew = number % 5 === 0 || tokens.refresh === ''
    const question = isNew
      ? { path: '/v1/token', body: { username: writer, password: project.password } }
      : { path: '/v1/token/refresh', body: { refreshToken: tokens.refresh } }
    tokens.refresh = ''
    const { status, json } = await ask.noted('token', { method: 'POST', ...question })
    if (status !== 200) return
    const { token: access, refreshToken } = (json['data'] ?? json) as Record<string, string>
    Object.assign(tokens, { access, refresh: refreshToken })
  }
  await logIn(0)

  const isBusy = new Set<string>()
  const publish = async (number: number): Promise<void> => {
    const topic = topics[number % topics.length] ?? ''
    if (isBusy.has(topic)) return
    isBusy.add(topic)
    const headers = { authorization: `Bearer ${tokens.access}` }
    const question = { method: 'POST', path: `/board/${topic}`, headers, body: { n: number, text: topic } }
    const { status } = await ask.noted('publish', question)
    if (status === 200) published.add(`${topic} ${number}`)
    isBusy.delete(topic)
  }

  const stops = [pace(rate * perSecond, publish), pace(rate * 0.2, number => logIn(number + 1))]
  return {
    async stop() {
      await Promise.all(stops.map(stop => stop()))
      for (const reader of all) reader.leave()
      await Promise.all(staying)
    },
    vanish: () => {
      for (const reader of all) if (random() < 0.5) reader.vanish()
    },
    check: () => {
      const missed = all.flatMap(reader => reader.missed)
      const wrong = missed.filter(note => note.endsWith('again') || published.has(note))
      for (const note of wrong.slice(0, 5)) ledger.failed('stream', 'event missed or repeated', 0, note)
      return [
        { name: 'events published', unit: '', value: published.size, limit: { atLeast: 1 } },
        { name: 'events read', unit: '', value: all.reduce((sum, { heard }) => sum + heard, 0) },
        {
          name: 'events missed or repeated without a word',
          unit: '',
          value: wrong.length,
          limit: { atMost: 0 }
        }
      ]
    }
  }
}
