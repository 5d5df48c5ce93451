import { once } from 'node:events'
import { createServer } from 'node:http'
import { Faults } from './faults.js'
import { Logins } from './logins.js'
import { page } from './page.js'
import { article, open, own } from './pages.js'
import { makePeople } from './people.js'

/**
 * Starts a campus as portals find them: pages in GBK, behind a login with cookies.
 * @param port 0: any that is free. It listens on this machine only
 * @param control answers further requests, by their path: see main.js
 */
export async function startOldCampus({ port = 0, control = {} } = {}) {
  const faults = new Faults()
  const logins = new Logins(makePeople(), faults)
  const campus = { faults, setPassword: (userid, password) => logins.setPassword(userid, password) }

  async function answer(request) {
    const { pathname: path, searchParams } = new URL(request.url, 'http://campus')
    if (Object.hasOwn(control, path)) return control[path](campus, await bodyOf(request))
    const fault = await faults.strike(path)
    if (fault) return fault
    const query = Object.fromEntries(searchParams)
    if (path === '/login') return request.method === 'POST' ? logins.enter(await formOf(request)) : loginPage
    if (path === '/sso') return logins.redeem(query)
    if (path.startsWith('/news/')) return article(path.slice('/news/'.length))
    if (Object.hasOwn(open, path)) return open[path](query)
    if (!Object.hasOwn(own, path)) return page('内容不存在', { status: 404 })
    const person = logins.personOf(request)
    return person ? own[path](person) : page('登录已过期', { status: 401 })
  }

  async function respond(request, response) {
    const given = await answer(request).catch(() => page('请求出错', { status: 400 }))
    if (given === 'cut') response.destroy()
    else response.writeHead(given.status, given.headers).end(given.body)
  }

  const server = createServer((request, response) => void respond(request, response))
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const close = () => {
    server.closeAllConnections()
    return new Promise(resolve => server.close(resolve))
  }
  return Object.assign(campus, { url: `http://127.0.0.1:${server.address().port}`, close })
}

const loginPage = page(
  '<form method=post action=/login><input name=userid><input name=pwd type=password></form>'
)
const maxBody = 65_536

async function bodyOf(request) {
  let body = ''
  for await (const chunk of request.setEncoding('utf8'))
    if ((body += chunk).length > maxBody) throw new RangeError('too long')
  return body
}

async function formOf(request) {
  return Object.fromEntries(new URLSearchParams(await bodyOf(request)))
}
