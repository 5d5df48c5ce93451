/** The admin secret of the gateway that is measured. */
export const adminSecret = 'bench-bench-bench-bench'

/** Who logs in. Servers without logins have no tokens. */
export interface Account {
  readonly userID: string
  readonly token: string
}

const atOnce = 32

/** Registers users at the gateway, and issues a token to each, as a back end does. */
export async function makeAccounts(url: string, userIDs: readonly string[]): Promise<Account[]> {
  const accounts: Account[] = []
  const left = userIDs.values()
  const lane = async (): Promise<void> => {
    for (const userID of left) {
      await post(url, '/v1/im/users', { userID, nickname: userID })
      const { token } = (await post(url, '/v1/im/token', { userID, platformID: 5 })) as { token: string }
      accounts.push({ userID, token })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return accounts
}

async function post(url: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminSecret}` },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`)
  const answer = (await response.json()) as { data?: unknown }
  return answer.data ?? answer
}
