// A login on an instance whose last one has ended badly: js_v2/sdk_integrate/{init_login,sdk_use}.md let an app catch a login that
// failed and listen to OnKickedOffline and OnUserTokenExpired, each to log in again. How often a message comes then is looked at
// after the client has made its own attempt to connect again, two seconds after a close, for which the gateway may take its time.
import { App, enter, leave, pause, register } from './2.0.3-app.mjs'
import { has, same } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

const SETTLED_MS = 5500

export async function again(api) {
  const [bob] = await enter(api, 'bob')
  await Promise.all([afterRefusal(bob), afterKick(bob), afterCut(bob)])
  await leave(bob)
}

async function hearsOnce(name, app, bob) {
  await pause(SETTLED_MS)
  same(`${name}: getLoginStatus says 101`, Number(await app.call('getLoginStatus')), 101)
  const sent = await bob.say(app.userID, `hello ${name}`)
  const matches = data => data?.clientMsgID === sent?.clientMsgID
  await app.event(CbEvents.ONRECVNEWMESSAGE, matches)
  await pause(100)
  const heard = app.events.filter(({ event, data }) => event === CbEvents.ONRECVNEWMESSAGE && matches(data))
  same(`${name}: a message comes once`, heard.length, 1)
}

async function afterRefusal(bob) {
  const amy = new App(bob.api, await register(bob.api, 'amy'))
  await amy.login({ token: 'an-old-token' }).catch(() => {})
  const name = 'login after one that was refused'
  has(`${name} resolves`, await amy.login().catch(error => error), { errCode: 0 })
  await hearsOnce(name, amy, bob)
  await leave(amy)
}

async function afterKick(bob) {
  const amy = new App(bob.api, await register(bob.api, 'amy'))
  await amy.login()
  const other = new App(bob.api, amy.userID)
  await other.login()
  await amy.event(CbEvents.ONKICKEDOFFLINE)
  const name = 'login after a kick'
  has(`${name} resolves`, await amy.login().catch(error => error), { errCode: 0 })
  await other.sees(`${name} kicks the other`, CbEvents.ONKICKEDOFFLINE)
  await hearsOnce(name, amy, bob)
  await leave(amy)
}

async function afterCut(bob) {
  const amy = new App(bob.api, await register(bob.api, 'amy'))
  await amy.login()
  amy.cut()
  const name = 'login right after a cut'
  has(`${name} resolves`, await amy.login().catch(error => error), { errCode: 0 })
  await hearsOnce(name, amy, bob)
  await leave(amy)
}
