/** What the element says in each state, and on its button. */
export const texts = {
  zh: {
    loading: '正在获取二维码…',
    ready: '请使用微信扫一扫登录',
    inWechat: '长按二维码，识别后登录',
    scanned: '已扫描，请在手机上确认',
    confirmed: '登录成功',
    expired: '二维码已过期',
    cancelled: '已取消登录',
    failed: '登录未完成，请重试',
    offline: '网络已断开，恢复后自动继续',
    busy: '访问人数较多，稍后自动重试',
    refresh: '刷新二维码',
    left: '剩余时间',
    alt: '登录二维码'
  },
  en: {
    loading: 'Getting a code…',
    ready: 'Scan with WeChat to sign in',
    inWechat: 'Press and hold the code to sign in',
    scanned: 'Scanned. Confirm on your phone',
    confirmed: 'You are signed in',
    expired: 'This code has expired',
    cancelled: 'Sign-in was cancelled',
    failed: 'Sign-in did not finish',
    offline: 'Offline. Waiting for the network',
    busy: 'Very busy. Trying again soon',
    refresh: 'Get a new code',
    left: 'Time left',
    alt: 'QR code to sign in'
  }
}
