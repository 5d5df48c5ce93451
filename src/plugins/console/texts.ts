import type { Figures } from './snapshot.ts'
import type { Link } from './surroundings.ts'

/** The languages of the page. */
export type PageLanguage = 'zh' | 'en'

/** What the scripts of the page say. `{…}` are places to fill in. */
interface ScriptTexts {
  readonly live: string
  readonly lost: string
  readonly up: string
  readonly down: string
  readonly well: string
  readonly unwell: string
  readonly failed: string
  readonly noroute: string
  readonly waiting: string
  readonly stream: string
  readonly unreachable: string
}

/** All that the page says. */
export interface PageTexts {
  readonly lang: string
  readonly title: string
  readonly noScript: string
  readonly pages: string
  readonly plugins: string
  readonly plugin: string
  readonly health: string
  readonly start: string
  readonly states: Readonly<Record<'started' | 'failed' | 'skipped', string>>
  readonly figures: string
  readonly figure: Readonly<Record<keyof Figures, string>>
  readonly failures: string
  readonly failuresNote: string
  readonly noFailures: string
  readonly time: string
  readonly kind: string
  readonly status: string
  readonly route: string
  readonly requestId: string
  readonly trials: string
  readonly trialsNote: string
  readonly send: string
  readonly answer: string
  readonly routes: string
  readonly method: string
  readonly path: string
  readonly access: string
  readonly kernel: string
  readonly link: Readonly<Record<Link['name'], string>>
  readonly script: ScriptTexts
}

const zh: PageTexts = {
  lang: 'zh-CN',
  title: '控制台',
  noScript: '没有 JavaScript 时，本页显示打开时的状态；刷新可更新。',
  pages: '页面',
  plugins: '插件',
  plugin: '插件',
  health: '健康',
  start: '启动',
  states: { started: '已启动', failed: '启动失败', skipped: '已跳过' },
  figures: '数字',
  figure: { requests: '处理中的请求', streams: '打开的事件流', sockets: '打开的 WebSocket' },
  failures: '最近的错误',
  failuresNote: '最多 100 条，最新的在前。',
  noFailures: '还没有错误。',
  time: '时间（UTC）',
  kind: '类型',
  status: '状态码',
  route: '路由',
  requestId: '请求编号',
  trials: '试一试',
  trialsNote: '这些请求只读取，或用模拟的卡签名，不会造成任何改变。',
  send: '发送',
  answer: '回应',
  routes: '路由',
  method: '方法',
  path: '路径',
  access: '谁可以调用',
  kernel: '内核',
  link: {
    scan: '扫码登录演示',
    chat: '聊天演示',
    phone: '模拟的手机',
    reference: '接口参考',
    openapi: '接口描述（OpenAPI）',
    errors: '错误目录',
    ready: '就绪状态'
  },
  script: {
    live: '实时',
    lost: '连接中断，正在重试',
    up: '正常',
    down: '故障',
    well: '{all} 个插件全部正常',
    unwell: '{down} 个插件故障（共 {all} 个）：{names}',
    failed: '新的错误：{kind}，{status}',
    noroute: '（无路由）',
    waiting: '等待回应…',
    stream: '（事件流，此处不读取）',
    unreachable: '没有得到回应'
  }
}

const en: PageTexts = {
  lang: 'en',
  title: 'Console',
  noScript: 'Without JavaScript this page shows how things were when it was opened. Reload it for news.',
  pages: 'Pages',
  plugins: 'Plugins',
  plugin: 'Plugin',
  health: 'Health',
  start: 'Start',
  states: { started: 'started', failed: 'failed', skipped: 'skipped' },
  figures: 'Figures',
  figure: { requests: 'Requests in flight', streams: 'Open event streams', sockets: 'Open WebSockets' },
  failures: 'Recent errors',
  failuresNote: 'At most 100, the newest first.',
  noFailures: 'No errors so far.',
  time: 'Time (UTC)',
  kind: 'Kind',
  status: 'Status',
  route: 'Route',
  requestId: 'Request id',
  trials: 'Try it',
  trialsNote: 'These calls read something, or sign with a simulated card. They change nothing.',
  send: 'Send',
  answer: 'Answer',
  routes: 'Routes',
  method: 'Method',
  path: 'Path',
  access: 'Who may call it',
  kernel: 'the kernel',
  link: {
    scan: 'Login by scan',
    chat: 'Chat',
    phone: 'Simulated phone',
    reference: 'API reference',
    openapi: 'OpenAPI',
    errors: 'Error catalogue',
    ready: 'Readiness'
  },
  script: {
    live: 'live',
    lost: 'connection lost, trying again',
    up: 'up',
    down: 'down',
    well: 'All {all} plugins are up',
    unwell: '{down} of {all} plugins are down: {names}',
    failed: 'New error: {kind}, {status}',
    noroute: '(no route)',
    waiting: 'Waiting for the answer…',
    stream: '(an event stream, which is not read here)',
    unreachable: 'There was no answer'
  }
}

/** What the page says in a language. */
export function textsIn(language: PageLanguage): PageTexts {
  return { zh, en }[language]
}

/** Puts values into the `{name}` places of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
