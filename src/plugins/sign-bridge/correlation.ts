import { createHash } from 'node:crypto'
import type { Frame, Method } from './frame.ts'

/**
 * What a frame is to the request that is out. `reply`: its answer. `released`: the answer to it, though nobody waits
 * any more. `late`, `duplicate`: an answer to an earlier one. `foreign`: to none of ours. `stray`: it has no id, and
 * nothing tells what it answers.
 */
export type Verdict = 'reply' | 'released' | 'late' | 'duplicate' | 'foreign' | 'stray'

interface Pending {
  readonly id: number
  readonly method: Method
  /** What is asked: the same question may get the same answer twice, another one may not. */
  readonly question: string
  abandoned: boolean
}

const remembered = 512

/**
 * Tells which frame answers which request. One request is out at a time. Frames with an id are matched by it; frames
 * without one only while nothing else can be meant, and never when what they hold was the answer to another question.
 */
export class Correlation {
  readonly #bareReplies: boolean
  readonly #past = new Map<string, 'answered' | 'abandoned'>()
  readonly #given = new Map<string, string>()
  #pending: Pending | undefined

  constructor(bareReplies: boolean) {
    this.#bareReplies = bareReplies
  }

  /** Notes that a request is out; `text` is what it asks to sign. */
  expect(id: number, method: Method, text?: string): void {
    const question = text === undefined ? method : `${method} ${digest(text)}`
    this.#pending = { id, method, question, abandoned: false }
  }

  /** Nobody waits for the request that is out any more. Until its reply arrives, bare frames mean nothing. */
  abandon(): void {
    if (this.#pending) this.#pending.abandoned = true
  }

  /** The connection is gone, and with it every reply that was still to come on it. */
  reset(): void {
    if (this.#pending) this.#bury(this.#pending.id, 'abandoned')
    this.#pending = undefined
  }

  /** Whether this is the id of a request that is over. */
  isPast(id: string | undefined): boolean {
    return id !== undefined && this.#past.has(id)
  }

  /** Judges a frame. After `reply` and `released` no request is out. */
  judge(frame: Frame): Verdict {
    const pending = this.#pending
    if (frame.id === undefined) return this.#judgeBare(frame, pending)
    if (pending && frame.id === String(pending.id)) {
      if (frame.method !== undefined && frame.method !== pending.method) return 'foreign'
      return this.#settle(pending, frame)
    }
    const past = this.#past.get(frame.id)
    if (past === 'answered') return 'duplicate'
    return past ? 'late' : 'foreign'
  }

  #judgeBare(frame: Frame, pending: Pending | undefined): Verdict {
    if (frame.body === undefined) return 'foreign'
    const answered = this.#given.get(answerIn(frame) ?? '')
    if (!this.#bareReplies || !pending || pending.abandoned) return answered ? 'duplicate' : 'stray'
    if (frame.method !== undefined && frame.method !== pending.method) return 'foreign'
    if (answered && answered !== pending.question) return 'duplicate'
    return this.#settle(pending, frame)
  }

  #settle(pending: Pending, frame: Frame): Verdict {
    this.#pending = undefined
    this.#bury(pending.id, 'answered')
    const answer = answerIn(frame)
    if (answer !== undefined) remember(this.#given, answer, pending.question)
    return pending.abandoned ? 'released' : 'reply'
  }

  #bury(id: number, how: 'answered' | 'abandoned'): void {
    remember(this.#past, String(id), how)
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value)
  if (map.size <= remembered) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

/** What tells one answer from another: the signature, serial or certificate in it. */
function answerIn({ body }: Frame): string | undefined {
  const data = body?.['Result'] === true ? body['Data'] : undefined
  const first: unknown = Array.isArray(data) ? data[0] : undefined
  return typeof first === 'string' && first !== '' ? first : undefined
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
