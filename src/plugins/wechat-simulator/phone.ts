import { chatPieces } from './chat-text.ts'
import { scanEvent, subscribeEvent, textMessage, unsubscribeEvent, type PushMessage } from './message.ts'
import type { People, Person } from './people.ts'
import type { PushOutcome, Pushes } from './pushes.ts'
import type { QrCodes } from './qr-codes.ts'

/** What the phone can see of a QR code: any one of these. */
export interface Seen {
  readonly ticket?: string | undefined
  /** What the QR code says. */
  readonly url?: string | undefined
  readonly scene?: string | undefined
}

/** Something that cannot be done on the phone. */
export class PhoneError extends Error {
  readonly code: 'no-such-code' | 'not-a-follower' | 'already-a-follower' | 'no-such-link'

  constructor(code: PhoneError['code']) {
    super(code)
    this.name = 'PhoneError'
    this.code = code
  }
}

/** The phones of all people. Every method resolves when WeChat is done with the push. */
export class Phone {
  readonly #codes: QrCodes
  readonly #people: People
  readonly #pushes: Pick<Pushes, 'push'>

  constructor(codes: QrCodes, people: People, pushes: Pick<Pushes, 'push'>) {
    this.#codes = codes
    this.#people = people
    this.#pushes = pushes
  }

  /**
   * Scans a QR code. Who does not follow the account yet is asked by WeChat to do so, and does.
   * @throws {PhoneError} `no-such-code` for one that is unknown or has ended
   */
  async scan(seen: Seen, openid: string): Promise<PushOutcome> {
    const code = this.#codes.find(seen)
    if (!code) throw new PhoneError('no-such-code')
    code.scans++
    const person = this.#people.meet(openid)
    if (person.follower) {
      this.#people.notice(person, 'scanned')
      return this.#push(person, scanEvent(openid, code))
    }
    this.#people.follow(person, code)
    return this.#push(person, subscribeEvent(openid, code))
  }

  /** Follows the account from its page, without a QR code. @throws {PhoneError} `already-a-follower` */
  async follow(openid: string): Promise<PushOutcome> {
    const person = this.#people.meet(openid)
    if (person.follower) throw new PhoneError('already-a-follower')
    this.#people.follow(person)
    return this.#push(person, subscribeEvent(openid))
  }

  /** @throws {PhoneError} `not-a-follower` */
  async unfollow(openid: string): Promise<PushOutcome> {
    const person = this.#follower(openid)
    this.#people.unfollow(person)
    return this.#push(person, unsubscribeEvent(openid))
  }

  /** Writes to the account. @throws {PhoneError} `not-a-follower` */
  async say(openid: string, content: string): Promise<PushOutcome> {
    return this.#say(this.#follower(openid), content)
  }

  /**
   * Taps the menu link in the chat that says `content`.
   * @throws {PhoneError} `not-a-follower`; `no-such-link` when the account has sent none
   */
  async tap(openid: string, content: string, menuId?: string): Promise<PushOutcome> {
    const person = this.#follower(openid)
    const links = person.chat.filter(({ from }) => from === 'account').flatMap(({ text }) => chatPieces(text))
    const link = links.findLast(({ says, menuId: id }) => says === content && id === (menuId ?? id))
    if (!link) throw new PhoneError('no-such-link')
    return this.#say(person, content, link.menuId)
  }

  #follower(openid: string): Person {
    const person = this.#people.find(openid)
    if (!person?.follower) throw new PhoneError('not-a-follower')
    return person
  }

  #say(person: Person, content: string, menuId?: string): Promise<PushOutcome> {
    this.#people.write(person, 'user', content)
    return this.#push(person, textMessage(person.openid, content, menuId))
  }

  async #push(person: Person, message: PushMessage): Promise<PushOutcome> {
    const outcome = await this.#pushes.push(message)
    // Whoever follows no more sees nothing of the account.
    if (!person.follower) return outcome
    if (outcome.reply !== undefined) this.#people.write(person, 'account', outcome.reply)
    if (outcome.result === 'fault') this.#people.notice(person, 'service-fault')
    return outcome
  }
}
