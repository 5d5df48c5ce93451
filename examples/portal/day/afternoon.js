const over = { success: false, code: 401, reason: '登录失败或已过期' }

/** 王小明 has a new password, and shows an old token when logging in with it. Resolves with the new token. */
export async function careful({ ask, campus, get, logIn, pass }, { say, see }, { token, phone, note }) {
  await pass(180)
  say('王小明 has a new password, and logs in with it at once')
  campus.setPassword('213170001', 'new-paifang')
  const { result: renewed } = await see(
    'showing the old token',
    logIn('213170001', 'new-paifang', { token }),
    { code: 200 }
  )
  await see('there is a new one', { isNew: renewed !== token }, { isNew: true })
  await see('the old one is over', get('/card', token), over)
  await see('and so is that of the phone', get('/card', phone), over)
  await see('the note can be opened', ask('PUT', '/sealed', { token: renewed, sealed: note }), {
    code: 200,
    result: '我的秘密'
  })
  await see('the old password is refused', logIn('213170001', 'old-paifang'), {
    code: 401,
    reason: '登录失败'
  })
  return renewed
}

/** 李雷 has a new password, and goes on with the old one. Resolves with their new token. */
export async function careless(
  { ask, campus, get, logIn, pass, settled },
  { say, see },
  { other, otherNote }
) {
  const card = { success: true, result: { balance: 12 } }
  await see('李雷 looks at the card', get('/card', other), { ...card, code: 200 })
  await pass(30)
  say('李雷 has a new password, too, and goes on with the old token')
  campus.setPassword('213170002', 'new-campus')
  await see('an old card, for the last time', get('/card', other), { ...card, code: 203 })
  await settled()
  await see('the campus has refused the old password', get('/card', other), over)
  await see('which is taken no more here either', logIn('213170002', 'old-campus'), {
    code: 401,
    reason: '登录失败'
  })
  const { result: fresh } = await see('a login with the new one', logIn('213170002', 'new-campus'), {
    code: 200
  })
  await see('the card is there', get('/card', fresh), { ...card, code: 200 })
  await see('the note is lost', ask('PUT', '/sealed', { token: fresh, sealed: otherNote }), {
    success: false,
    code: 404
  })
  return fresh
}
