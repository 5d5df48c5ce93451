import { randomInt } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { decide, type Confirmation, type PendingScan, type VerdictParts } from './confirm.ts'
import type { Texts } from './confirm-texts.ts'
import { hashOf } from './login-handle.ts'
import type { Scene } from './scene.ts'
import type { AccountMessage } from './service.ts'

export interface ChatConfirmationParts extends VerdictParts {
  readonly state: State
  readonly clock: Clock
  readonly texts: Texts
  readonly siteName: string
}

interface Question {
  readonly scene: string
  /** Four digits that tell this question from earlier ones in the same chat. */
  readonly number: string
}

/**
 * Asks in the chat. The links of the question send a text in the user's name when they are tapped; WeChat documents
 * them for customer service messages only, so the same text can also be typed.
 */
export class ChatConfirmation implements Confirmation {
  readonly #parts: ChatConfirmationParts

  constructor(parts: ChatConfirmationParts) {
    this.#parts = parts
  }

  async ask(scan: PendingScan, { from, expiresAt }: Scene): Promise<string> {
    const { state, clock, texts, siteName } = this.#parts
    const number = String(randomInt(10_000)).padStart(4, '0')
    const question: Question = { scene: scan.scene, number }
    const ttlMs = Math.max(1, expiresAt - clock.now())
    await state.set(keyOf(scan.account, scan.openid), JSON.stringify(question), { ttlMs })
    const [yes, no] = [`${texts.yes[0]}${number}`, `${texts.no[0]}${number}`]
    const lines = texts.request({ site: siteName, from, at: clock.now() })
    const links = `${link(yes, texts.confirm)}　　${link(no, texts.deny)}`
    return [...lines, '', links, '', texts.orReply(yes, no)].join('\n')
  }

  /**
   * Takes a message for the answer to the question that was asked last. `undefined`: it is none. An answer with a
   * number is one to the question with that number alone, so that an old link confirms nothing new.
   */
  async answer(message: AccountMessage): Promise<{ readonly reply: string } | undefined> {
    const { state, texts, siteName } = this.#parts
    const said = message.type === 'text' ? parse(message.fields['Content'] ?? '', texts) : undefined
    if (!said) return undefined
    const key = keyOf(message.account, message.openid)
    const raw = await state.get(key)
    if (raw === undefined) return said.number === '' ? undefined : { reply: texts.over }
    const { scene, number } = JSON.parse(raw) as Question
    if (said.number !== '' && said.number !== number) return { reply: texts.over }
    const scan = { account: message.account, openid: message.openid, scene }
    if (!(await decide(this.#parts, scan, said.yes))) return { reply: texts.over }
    await state.compareAndSet(key, raw, undefined)
    return { reply: said.yes ? texts.loggedIn(siteName) : texts.denied }
  }
}

const keyOf = (account: string, openid: string): string => `wechat-scan:question:${account}:${hashOf(openid)}`

function link(text: string, label: string): string {
  return `<a href="weixin://bizmsgmenu?msgmenucontent=${text}&msgmenuid=${text.slice(-4)}">${label}</a>`
}

function parse(content: string, { yes, no }: Texts): { yes: boolean; number: string } | undefined {
  const [, word = '', number = ''] = /^(.{1,16}?)\s*(\d{4})?$/u.exec(content.trim().toLowerCase()) ?? []
  if (yes.includes(word)) return { yes: true, number }
  return no.includes(word) ? { yes: false, number } : undefined
}
