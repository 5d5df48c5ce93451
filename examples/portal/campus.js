import { ApiError, CommonErrors, definePlugin, FileRoutes, Sessions, Type } from 'paifang'

export default definePlugin({
  name: 'campus',
  description: 'Logs users in at the old campus, and tells route files where it is: `this.campus`.',
  config: Type.Object({ url: Type.String({ description: 'Address of the old campus.', minLength: 1 }) }),
  needs: { sessions: Sessions, routes: FileRoutes },

  setup(_app, { config: { url }, sessions, routes }) {
    routes.extend('campus', () => url)
    sessions.provide({
      name: 'campus',
      // The cookies of this login stay with `http`: that of the request, when it is `useAuthCookie` that asks.
      async verify({ username, password }, { http, signal }) {
        const { data } = await http.post(`${url}/login`, { userid: username, pwd: password }, { signal })
        if (data.includes('用户名或密码错误')) throw new ApiError(CommonErrors['auth.failed'])
        return { name: textIn(data, 'name'), schoolnum: textIn(data, 'number') }
      }
    })
  }
})

/** Empty where there is none: then nobody is logged in. */
function textIn(html, id) {
  return new RegExp(`id=${id}>([^<]+)`).exec(html)?.[1] ?? ''
}
