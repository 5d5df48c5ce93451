import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/index.ts'

/** One line of a chat. */
export interface ChatEntry {
  /** `wechat`: a notice of WeChat itself; its text is one of {@link Notice}. */
  readonly from: 'user' | 'account' | 'wechat'
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** What WeChat tells a user by itself. */
export type Notice = 'followed' | 'unfollowed' | 'scanned' | 'service-fault'

/** Somebody with a phone. */
export interface Person {
  readonly openid: string
  /** The same for all accounts of an Open Platform account. */
  readonly unionid: string
  follower: boolean
  /** Milliseconds since the Unix epoch; 0: never. */
  followedAt: number
  /** What they came through. */
  followedScene: { readonly scene: string; readonly kind: 'number' | 'text' } | undefined
  readonly chat: ChatEntry[]
}

const maxChatEntries = 100

/** All people who had to do with the account, by OpenID. */
export class People {
  readonly #clock: Clock
  readonly #people = new Map<string, Person>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes somebody up who does not follow the account yet. */
  make(): Person {
    return this.meet(`o${randomBytes(21).toString('base64url').slice(0, 27)}`)
  }

  /** The person with this OpenID, who is made up when there is none. */
  meet(openid: string): Person {
    const known = this.#people.get(openid)
    if (known) return known
    const unionid = `u${randomBytes(21).toString('base64url').slice(0, 27)}`
    const person = { openid, unionid, follower: false, followedAt: 0, followedScene: undefined, chat: [] }
    this.#people.set(openid, person)
    return person
  }

  find(openid: string): Person | undefined {
    return this.#people.get(openid)
  }

  /** Those who were made up or met last, newest first. */
  newest(count: number): readonly Person[] {
    return [...this.#people.values()].slice(-count).toReversed()
  }

  follow(person: Person, through?: Person['followedScene']): void {
    person.follower = true
    person.followedAt = this.#clock.now()
    person.followedScene = through
    this.notice(person, 'followed')
  }

  unfollow(person: Person): void {
    person.follower = false
    this.notice(person, 'unfollowed')
  }

  notice(person: Person, notice: Notice): void {
    this.write(person, 'wechat', notice)
  }

  /** Adds to a chat. The oldest of 100 entries goes. */
  write({ chat }: Person, from: ChatEntry['from'], text: string): void {
    chat.push({ from, text, at: this.#clock.now() })
    if (chat.length > maxChatEntries) chat.shift()
  }
}
