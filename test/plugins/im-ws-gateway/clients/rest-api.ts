/** What back ends do at `/v1/im`. */
export interface RestApi {
  /** @returns the parsed answer @throws {Error} for every status but 2xx */
  post(path: string, body: object): Promise<unknown>
  register(...userIDs: readonly string[]): Promise<void>
  token(userID: string, platformID: number): Promise<string>
  /** Makes the user when he is new, and a token for him. */
  login(userID: string, platformID: number): Promise<string>
}

export function restApi(http: string, adminSecret: string): RestApi {
  const post: RestApi['post'] = async (path, body) => {
    const response = await fetch(`${http}/v1/im/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminSecret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`POST /v1/im/${path} answered ${response.status}: ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
  const register: RestApi['register'] = async (...userIDs) => {
    await Promise.all(userIDs.map(userID => post('users', { userID, nickname: `N-${userID}` })))
  }
  const token: RestApi['token'] = async (userID, platformID) => {
    return ((await post('token', { userID, platformID })) as { readonly token: string }).token
  }
  return {
    post,
    register,
    token,
    async login(userID, platformID) {
      await register(userID)
      return token(userID, platformID)
    }
  }
}
