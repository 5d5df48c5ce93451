/** A banner, which leads somewhere and counts whoever clicks it. */
export async function clicks({ ask, clicks: counted, get, pass }, { say, see }, { renewed, fresh }) {
  await pass(240)
  say('A banner')
  const click = token => ask('PUT', '/banner', { token, id: 'open-day' })
  const { result } = await get('/banner')
  await see('is shown', result[0], { id: 'open-day', title: '校园开放日', hasUrl: true })
  const where = { code: 200, result: 'https://www.example.edu/open-day' }
  await see('leads somewhere', click(renewed), where)
  const [, , , guest] = await Promise.all([click(renewed), click(renewed), click(fresh), click(undefined)])
  await see('guests, too', guest, where)
  await see('another is not there', ask('PUT', '/banner', { id: 'none' }), { success: false, code: 404 })
  await pass(1)
  await see('each user counts once', counted(), { unique: 2, raw: 5 })
}

/** The end of a session. */
export async function goodNight({ ask, get, pass }, { say, see }, { renewed }) {
  await pass(180)
  say('王小明 goes to bed')
  await see('logs out', ask('DELETE', '/auth', { token: renewed }), { code: 200 })
  await see('is a guest', get('/me', renewed), { result: { name: '游客' } })
  await see('and has no card', get('/card', renewed), { success: false, code: 401 })
}
