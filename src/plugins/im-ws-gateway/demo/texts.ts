/** The languages of the page. */
export type DemoLanguage = 'zh' | 'en'

/** What the script of the page says. */
export interface ScriptTexts {
  readonly offline: string
  readonly connecting: string
  readonly connected: string
  readonly failed: string
  readonly kicked: string
  readonly expired: string
  readonly login: string
  readonly logout: string
  readonly online: string
  readonly away: string
  readonly typing: string
  readonly sending: string
  readonly sent: string
  readonly read: string
  readonly unsent: string
  readonly revoke: string
  readonly revoked: string
  readonly grouped: string
  readonly joined: string
  readonly notice: string
  readonly picture: string
  readonly other: string
  readonly unread: string
  readonly group: string
  readonly refused: string
}

/** All that the page says. Texts are ours, and hold nothing that HTML would read. */
export interface DemoTexts {
  readonly lang: string
  readonly title: string
  readonly lead: string
  readonly makeGroup: string
  readonly conversations: string
  readonly messages: string
  readonly earlier: string
  readonly write: string
  readonly send: string
  readonly picture: string
  readonly close: string
  readonly choose: string
  readonly noScript: string
  readonly missing: (command: string) => string
  readonly script: ScriptTexts
}

const zh: DemoTexts = {
  lang: 'zh-CN',
  title: '两个人，一个网关',
  lead: '左右两边各是一个未经修改的 open-im-sdk 3.5.2 客户端。登录两边，开始聊天；点击另一边，消息变为已读。',
  makeGroup: '建一个两人群',
  conversations: '会话',
  messages: '消息',
  earlier: '更早的消息',
  write: '写消息',
  send: '发送',
  picture: '图片',
  close: '关闭会话',
  choose: '选择一个会话',
  noScript: '此页面需要 JavaScript。',
  missing: command =>
    `此页面使用 npm 包 open-im-sdk 3.5.2，本网关没有附带它。请运行 ${command}，然后重启网关。`,
  script: {
    offline: '未登录',
    connecting: '正在连接…',
    connected: '已连接',
    failed: '连接失败',
    kicked: '已在别处登录，此处下线',
    expired: '登录已过期',
    login: '登录',
    logout: '退出',
    online: '在线',
    away: '离线',
    typing: '对方正在输入…',
    sending: '发送中',
    sent: '已送达',
    read: '已读',
    unsent: '未发送',
    revoke: '撤回',
    revoked: '消息已撤回',
    grouped: '群已创建',
    joined: '有人加入了群',
    notice: '系统通知',
    picture: '图片',
    other: '非文本消息',
    unread: '条未读',
    group: '林与魏的群',
    refused: '操作未成功'
  }
}

const en: DemoTexts = {
  lang: 'en',
  title: 'Two people, one gateway',
  lead: 'On each side is an unmodified open-im-sdk 3.5.2 client. Log both in and chat; what is new on one side is read once you click into it.',
  makeGroup: 'Make a group of both',
  conversations: 'Conversations',
  messages: 'Messages',
  earlier: 'Earlier messages',
  write: 'Write a message',
  send: 'Send',
  picture: 'Picture',
  close: 'Close the conversation',
  choose: 'Choose a conversation',
  noScript: 'This page needs JavaScript.',
  missing: command =>
    `This page runs the npm package open-im-sdk 3.5.2, which does not come with the gateway. Run ${command} and start the gateway again.`,
  script: {
    offline: 'Logged out',
    connecting: 'Connecting…',
    connected: 'Connected',
    failed: 'Not connected',
    kicked: 'Logged in elsewhere, so logged out here',
    expired: 'The login has expired',
    login: 'Log in',
    logout: 'Log out',
    online: 'online',
    away: 'offline',
    typing: 'is typing…',
    sending: 'sending',
    sent: 'sent',
    read: 'read',
    unsent: 'not sent',
    revoke: 'Take back',
    revoked: 'The message was taken back',
    grouped: 'The group was made',
    joined: 'Somebody joined the group',
    notice: 'A notice',
    picture: 'A picture',
    other: 'A message that is no text',
    unread: 'unread',
    group: 'Lin and Wei',
    refused: 'That did not work'
  }
}

/** The texts of a language. */
export function textsIn(language: DemoLanguage): DemoTexts {
  return language === 'zh' ? zh : en
}
