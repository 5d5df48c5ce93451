import { page, table } from './page.js'

const news = [
  ['关于清明节放假的通知', '2026-03-28'],
  ['图书馆闭馆通知', '2026-03-20'],
  ['选课系统开放', '2026-03-02']
]

/** Pages that everybody may see. */
export const open = {
  '/': () => page('<a href=/login>登录</a>'),
  '/news': () =>
    page(news.map(([title, day], id) => `<li><a href=/news/${id}>${title}</a> ${day}</li>`).join('\n')),
  '/bus': ({ line }) => page(`校车 ${line} 号线：距本站 <b>${line === '1' ? 2 : 5}</b> 站`)
}

/** One piece of news; there may be none. */
export function article(id) {
  const [title, day] = news[id] ?? []
  return title ? page(`<h1>${title}</h1><p>${day}</p>`) : page('内容不存在', { status: 404 })
}

/** Pages for somebody who is logged in. */
export const own = {
  '/portal/index': ({ name, schoolnum }) =>
    page(`欢迎，<b id=name>${name}</b>（<b id=number>${schoolnum}</b>）`),
  '/portal/card': ({ balance }) => page(table([['一卡通余额', `￥${balance}`]])),
  '/portal/courses': ({ courses }) => page(table(courses)),
  '/portal/library': ({ loans }) => page(table(loans))
}
