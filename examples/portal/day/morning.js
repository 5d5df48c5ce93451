/** First visits: what guests see. */
export async function opening({ ask, get }, { say, see }) {
  say('The first visits')
  await see('Hello World', get('/hello'), { success: true, code: 200, result: 'Hello, World!' })
  const sum = '{ a: number, b: number } 两数之和'
  await see('what there is', first((await get('/')).related, '/sum'), { get: sum, post: sum })
  const { paths } = await get('/openapi.json')
  await see('and as OpenAPI', paths['/sum'].get, { summary: '两数之和' })
  await see('parameters are numbers', get('/sum?a=1&b=2'), { code: 200, result: 3 })
  await see('a sum of 0 is a result', ask('POST', '/sum', { a: -1, b: 1 }), { code: 200, result: 0 })
  await see('what is no number is refused', get('/sum?a=1&b=two'), { success: false, code: 400 })
  await see('a guest is greeted', get('/me'), { code: 200, result: { name: '游客' } })
  await see('a guest has no card', get('/card'), { code: 401, reason: '需要登录', asked: 0 })
  await see('nothing is there', get('/nowhere'), { success: false, code: 404 })
  await see('a method that the file does not have', ask('DELETE', '/sum'), { success: false, code: 405 })
  await see('which week it is', get('/term'), { result: { term: '2025-2026-3', week: 5 } })
}

/** Logins. Resolves with the tokens: one of 王小明, that of their phone, one of 李雷. */
export async function logins({ get, logIn }, { say, see }) {
  say('Logins')
  await see('a wrong password', logIn('213170001', 'wrong'), { code: 401, reason: '登录失败' })
  const { result: token } = await see('the right one', logIn('213170001', 'old-paifang'), {
    code: 200,
    asked: 3
  })
  const again = logIn('213170001', 'old-paifang')
  await see('again: the same token, and nobody is asked', again, { code: 200, result: token, asked: 0 })
  const me = { name: '王小明', schoolnum: '04217101', platform: 'web' }
  await see('a user is known', get('/me', token), { code: 200, result: me })
  const { result: phone } = await see(
    'their phone',
    logIn('213170001', 'old-paifang', { platform: 'phone' }),
    { code: 200 }
  )
  const { result: other } = await see('somebody else', logIn('213170002', 'old-campus'), { code: 200 })
  return { token, phone, other }
}

/** Pages of the campus, each fetched once. Resolves with what both users have sealed. */
export async function pages({ ask, campus, get }, { say, see }, { token, phone, other }) {
  say('Pages of the campus')
  const titles = ['关于清明节放假的通知', '图书馆闭馆通知', '选课系统开放']
  const news = await see('news, in GBK, are fetched once', get('/news'), { code: 200, asked: 1 })
  await see('and are Chinese', news.result[0], { id: '0', title: titles[0], day: '2026-03-28' })
  await see('each is named as related', news, {
    related: titles.map((title, id) => ({ url: `/news/${id}`, get: title }))
  })
  await see('the second time nobody is asked', get('/news'), { code: 200, asked: 0 })
  await see('one of them', get('/news/1'), { code: 200, result: { title: titles[1], day: '2026-03-20' } })
  await see('one that is not there', get('/news/7'), { success: false, code: 404 })
  const card = { code: 200, result: { balance: 86.5 } }
  await see('a card, with a login of its own', get('/card', token), { ...card, asked: 4 })
  await see('the second time nobody is asked', get('/card', token), { ...card, asked: 0 })
  await see('nor by the phone of the same user', get('/card', phone), { ...card, asked: 0 })
  await see('another user has another', get('/card', other), { code: 200, result: { balance: 12 }, asked: 4 })
  await see('courses, by term', get('/courses', token), { code: 200, asked: 4 })
  const crowd = await Promise.all(Array.from({ length: 50 }, () => get('/bus?line=1')))
  await see('fifty look for a bus at once', crowd[49], { code: 200, result: { line: 1, stops: 2 } })
  await see('the campus was asked', { times: campus.faults.count('/bus') }, { times: 1 })

  const { result: note } = await see(
    'a note is sealed',
    ask('POST', '/sealed', { token, text: '我的秘密' }),
    { code: 200 }
  )
  const { result: otherNote } = await ask('POST', '/sealed', { token: other, text: '他的秘密' })
  await see('nobody else can open it', ask('PUT', '/sealed', { token: other, sealed: note }), {
    success: false,
    code: 404
  })
  return { note, otherNote }
}

function first(related, url) {
  return related.find(each => each.url === url)
}
