/** The languages of the page. */
export type ReferenceLanguage = 'zh' | 'en'

/** All that the page says. */
export interface ReferenceTexts {
  readonly lang: string
  readonly title: string
  readonly skip: string
  readonly search: string
  readonly operations: string
  readonly document: string
  readonly access: string
  readonly envelope: (name: string) => string
  readonly parameters: string
  readonly name: string
  readonly where: string
  readonly meaning: string
  readonly places: Readonly<Record<string, string>>
  readonly body: string
  readonly optional: string
  readonly required: string
  readonly answers: string
  readonly example: string
  readonly noContent: string
  readonly failures: string
  readonly failuresNote: string
  readonly kind: string
  readonly status: string
  readonly schemas: string
  readonly credentials: string
  readonly credentialsNote: string
  readonly bearer: string
  readonly tryIt: string
  readonly tryNote: string
  readonly send: string
  readonly stop: string
  readonly curl: string
  readonly copy: string
  readonly answer: string
  readonly oneOf: string
  readonly anything: string
  readonly characters: string
  readonly items: string
  readonly default: string
  readonly more: (count: number) => string
  /** What the script of the page says. `{…}` are places to fill in. */
  readonly script: {
    readonly found: string
    readonly waiting: string
    readonly unreachable: string
    readonly copied: string
    readonly cut: string
  }
}

const zh: ReferenceTexts = {
  lang: 'zh-CN',
  title: '接口参考',
  skip: '跳到接口',
  search: '查找接口',
  operations: '接口',
  document: 'OpenAPI 文档',
  access: '谁可以调用',
  envelope: name => `请求与回应都用信封 ${name} 加密；下面是信封里面的内容。`,
  parameters: '参数',
  name: '名称',
  where: '位置',
  meaning: '含义',
  places: { path: '路径', query: '查询', header: '请求头', cookie: 'Cookie' },
  body: '请求体',
  optional: '可省略',
  required: '必填',
  answers: '回应',
  example: '示例',
  noContent: '没有内容',
  failures: '失败',
  failuresNote: '这个接口可能给出的失败；没有单独说明的接口列出整个插件的失败。',
  kind: '类型',
  status: '状态码',
  schemas: '结构',
  credentials: '凭证',
  credentialsNote: '只留在本页，刷新后消失；随“试一试”的请求发送。',
  bearer: 'Authorization: Bearer',
  tryIt: '试一试',
  tryNote: '真的会调用网关。',
  send: '发送',
  stop: '停止',
  curl: 'curl 命令',
  copy: '复制',
  answer: '回应',
  oneOf: '其中之一',
  anything: '任意',
  characters: '个字符',
  items: '项',
  default: '默认',
  more: count => `…另有 ${count} 个`,
  script: {
    found: '{all} 个接口中的 {count} 个',
    waiting: '等待回应…',
    unreachable: '没有得到回应',
    copied: '已复制',
    cut: '…（只显示开头）'
  }
}

const en: ReferenceTexts = {
  lang: 'en',
  title: 'API reference',
  skip: 'Skip to the operations',
  search: 'Search operations',
  operations: 'Operations',
  document: 'OpenAPI document',
  access: 'Who may call it',
  envelope: name => `Bodies and answers are sealed with the envelope ${name}; below is what is inside.`,
  parameters: 'Parameters',
  name: 'Name',
  where: 'In',
  meaning: 'Meaning',
  places: { path: 'path', query: 'query', header: 'header', cookie: 'cookie' },
  body: 'Body',
  optional: 'may be missing',
  required: 'required',
  answers: 'Answers',
  example: 'Example',
  noContent: 'No content',
  failures: 'Failures',
  failuresNote:
    'What it may answer with; where its route does not say so itself, what any route of its plugin may.',
  kind: 'Kind',
  status: 'Status',
  schemas: 'Schemas',
  credentials: 'Credentials',
  credentialsNote: 'They stay on this page until it is reloaded, and are sent with what you try.',
  bearer: 'Authorization: Bearer',
  tryIt: 'Try it',
  tryNote: 'This calls the gateway for real.',
  send: 'Send',
  stop: 'Stop',
  curl: 'curl command',
  copy: 'Copy',
  answer: 'Answer',
  oneOf: 'one of these',
  anything: 'anything',
  characters: 'characters',
  items: 'items',
  default: 'default',
  more: count => `… and ${count} more`,
  script: {
    found: '{count} of {all} operations',
    waiting: 'Waiting for the answer…',
    unreachable: 'There was no answer',
    copied: 'Copied',
    cut: '… (only the beginning is shown)'
  }
}

/** What the page says in a language. */
export function textsIn(language: ReferenceLanguage): ReferenceTexts {
  return { zh, en }[language]
}
