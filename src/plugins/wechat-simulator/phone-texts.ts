/** The languages of the page. */
export type PhoneLanguage = 'zh' | 'en'

/** What the script of the page says; the keys are those of results, notices and refusals. */
export interface ScriptTexts {
  readonly follower: string
  readonly stranger: string
  readonly follow: string
  readonly unfollow: string
  readonly followed: string
  readonly unfollowed: string
  readonly scanned: string
  readonly 'service-fault': string
  readonly fault: string
  readonly stopped: string
  readonly lost: string
  readonly nowhere: string
  readonly 'no-such-code': string
  readonly 'not-a-follower': string
  readonly 'already-a-follower': string
  readonly 'no-such-link': string
}

export interface PhoneTexts {
  readonly lang: string
  readonly title: string
  readonly warning: string
  readonly offline: string
  readonly codes: string
  readonly noCodes: string
  readonly scan: string
  readonly scans: string
  readonly left: string
  readonly phone: string
  readonly person: string
  readonly newPerson: string
  readonly openid: string
  readonly useOpenid: string
  readonly chat: string
  readonly message: string
  readonly send: string
  readonly script: ScriptTexts
}

export const phoneTexts: Readonly<Record<PhoneLanguage, PhoneTexts>> = {
  zh: {
    lang: 'zh-CN',
    title: '模拟手机',
    warning: '这是模拟器，不是微信：不需要公众号，也不需要手机。',
    offline: '模拟器没有响应。',
    codes: '可以扫描的二维码',
    noCodes: '还没有二维码。请打开登录页面。',
    scan: '扫一扫',
    scans: '已扫',
    left: '剩余',
    phone: '手机',
    person: '谁拿着手机',
    newPerson: '新用户',
    openid: '自定义 OpenID',
    useOpenid: '使用',
    chat: '与公众号的对话',
    message: '发给公众号的消息',
    send: '发送',
    script: {
      follower: '已关注',
      stranger: '未关注',
      follow: '关注公众号',
      unfollow: '取消关注',
      followed: '你已关注该公众号',
      unfollowed: '你已取消关注',
      scanned: '你扫描了二维码',
      'service-fault': '该公众号提供的服务出现故障，请稍后再试',
      fault: '三次推送都没有得到正确的应答。',
      stopped: '连续失败次数过多，推送暂停一分钟。',
      lost: '推送丢失。',
      nowhere: '没有可以推送的地址：网关还没有监听。',
      'no-such-code': '二维码已过期或不存在。',
      'not-a-follower': '请先关注公众号。',
      'already-a-follower': '已经关注。',
      'no-such-link': '对话里没有这个链接。'
    }
  },
  en: {
    lang: 'en',
    title: 'Pretend to be the phone',
    warning: 'This is a simulator, not WeChat: it needs no official account and no phone.',
    offline: 'The simulator does not answer.',
    codes: 'QR codes that can be scanned',
    noCodes: 'There are none yet. Open the login page.',
    scan: 'Scan',
    scans: 'scans',
    left: 'left',
    phone: 'The phone',
    person: 'Who holds the phone',
    newPerson: 'Somebody new',
    openid: 'An OpenID of your own',
    useOpenid: 'Use',
    chat: 'Chat with the account',
    message: 'Message to the account',
    send: 'Send',
    script: {
      follower: 'follower',
      stranger: 'no follower yet',
      follow: 'Follow the account',
      unfollow: 'Unfollow',
      followed: 'You follow this account now',
      unfollowed: 'You do not follow this account any more',
      scanned: 'You have scanned a QR code',
      'service-fault': 'The service of this account is at fault. Try again later',
      fault: 'None of the three pushes was answered as it should be.',
      stopped: 'Too many pushes in a row have failed: they are suspended for a minute.',
      lost: 'The push was lost.',
      nowhere: 'Pushes have nowhere to go: the gateway does not listen yet.',
      'no-such-code': 'This QR code has ended, or there is none.',
      'not-a-follower': 'Follow the account first.',
      'already-a-follower': 'Followed already.',
      'no-such-link': 'There is no such link in the chat.'
    }
  }
}
