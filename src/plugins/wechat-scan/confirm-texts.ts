/** The languages of the chat and of the page for phones. */
export type Language = 'zh-CN' | 'en'

/** What the person who scanned is told about the browser. */
export interface Request {
  /** Empty: the site has no name. */
  readonly site: string
  /** The browser in words; empty: unknown. */
  readonly from: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** What the chat and the page say. */
export interface Texts {
  readonly loggedIn: (site: string) => string
  readonly used: string
  readonly over: string
  readonly denied: string
  /** The lines that name a login before it is confirmed. */
  readonly request: (request: Request) => string[]
  readonly confirm: string
  readonly deny: string
  /** How to answer in the chat without a tap. */
  readonly orReply: (yes: string, no: string) => string
  /** Words that stand for a yes and a no, the first one for links. */
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

const zh: Texts = {
  loggedIn: site => `已确认登录${site}，请回到浏览器继续。如非本人操作，请立即联系该网站。`,
  used: '该二维码已被使用，请刷新页面，扫描新的二维码。',
  over: '二维码已过期，请刷新页面后重新扫码。',
  denied: '已取消登录。',
  request: ({ site, from, at }) => [
    `有人正在登录${site || '网站'}。请仅在由您本人发起时确认。`,
    ...(from ? [`设备：${from}`] : []),
    `时间：${beijingTime(at)}（北京时间）`
  ],
  confirm: '确认登录',
  deny: '不是我',
  orReply: (yes, no) => `也可回复“${yes}”或“${no}”。`,
  yes: ['确认', '确认登录', '是'],
  no: ['取消', '不是我', '否']
}

const en: Texts = {
  loggedIn: site =>
    `You are signed in${site && ` to ${site}`}. Go back to your browser. If this was not you, tell the site at once.`,
  used: 'This QR code has been used. Refresh the page and scan the new one.',
  over: 'This QR code has expired. Refresh the page and scan again.',
  denied: 'The login is cancelled.',
  request: ({ site, from, at }) => [
    `Somebody is signing in to ${site || 'a website'}. Confirm only if it is you.`,
    ...(from ? [`Device: ${from}`] : []),
    `Time: ${beijingTime(at)} (UTC+8)`
  ],
  confirm: 'Confirm',
  deny: 'Not me',
  orReply: (yes, no) => `You can also reply "${yes}" or "${no}".`,
  yes: ['confirm', 'yes'],
  no: ['cancel', 'no', 'not me']
}

/** The texts of a language. */
export function textsIn(language: Language): Texts {
  return language === 'en' ? en : zh
}

/** Hours and minutes where most who use WeChat are. */
function beijingTime(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(11, 16)
}
