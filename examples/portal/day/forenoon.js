/** Values get old, and then the campus gets slow. */
export async function slow({ campus: { faults }, get, pass, settled }, { say, see }, { token }) {
  await pass(30)
  say('Ten minutes were over long ago')
  await see('old news at once, marked as such', get('/news'), { success: true, code: 203 })
  await settled()
  await see('new ones were fetched behind them', get('/news'), { code: 200, asked: 0 })

  await pass(30)
  say('The campus takes its time')
  const release = faults.hold()
  const logins = faults.count('/login')
  await see('an old card at once', get('/card', token), { code: 203, result: { balance: 86.5 } })
  const library = get('/library', token)
  await faults.reached('/login', logins + 2)
  await pass(0.2)
  await see('what nobody keeps takes too long', library, {
    success: false,
    code: 408,
    reason: '与上游服务通信超时'
  })
  release()
  await settled()
}

/** The campus is down, and comes back. */
export async function down({ campus: { faults }, get, logIn, pass, settled }, { say, see }, { token }) {
  await pass(60)
  say('The campus is down')
  faults.down = true
  const failed = { success: false, code: 503, reason: '上游服务出现故障' }
  await see('old news', get('/news'), { success: true, code: 203 })
  await see('old courses, after an attempt', get('/courses', token), { success: true, code: 203 })
  await see('what nobody keeps fails', get('/library', token), failed)
  await see('so does a bus that nobody has looked for', get('/bus?line=2'), failed)
  await settled()
  await see('after some failures nobody is asked any more', get('/library', token), { ...failed, asked: 0 })
  await see('users stay who they are', get('/me', token), { code: 200 })
  await see('a login that asks nobody goes on', logIn('213170001', 'old-paifang'), {
    code: 200,
    result: token
  })
  await see('one that must ask says why not', logIn('213170002', 'new', { platform: 'watch' }), failed)

  await pass(5)
  say('The campus is back')
  faults.down = false
  const loans = [{ title: '平凡的世界', due: '2026-03-31' }]
  await see('one request shows it', get('/library', token), { code: 200, result: loans })
  await see('old news, for the last time', get('/news'), { success: true, code: 203 })
  await settled()
  await see('new news', get('/news'), { code: 200, asked: 0 })
  await see('new courses', get('/courses', token), { code: 200, asked: 4 })
}
