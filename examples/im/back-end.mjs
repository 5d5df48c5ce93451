// What is a back end's work: to register users, and to hand each a token. The admin secret never leaves it.
const { IM_URL = 'http://127.0.0.1:3000', IM_PATH = '/im', IM_ADMIN_SECRET = 'paifang-demo' } = process.env

/** Where clients connect: `im-ws-gateway.path` of the gateway. */
export const socketUrl = IM_URL.replace('http', 'ws') + IM_PATH

/** Registers a user who may be registered already. */
export function register(userID) {
  return post('/v1/im/users', { userID })
}

/** A token for a user's client. Platform 5 is the web, which the clients take Node for. */
export async function tokenFor(userID, platformID = 5) {
  await register(userID)
  const { token } = await post('/v1/im/token', { userID, platformID })
  return token
}

async function post(path, body) {
  const response = await fetch(IM_URL + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${IM_ADMIN_SECRET}` },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}
