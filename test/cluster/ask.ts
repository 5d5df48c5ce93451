import { setTimeout as wait } from 'node:timers/promises'

/** How often a client has asked again, by why. */
export type Retries = Map<string, number>

/**
 * Asks as a client does that keeps to the contract: what is answered 503 with `Retry-After` was not done, and is asked
 * again. Another gateway that has the card is asked at once, by way of the proxy; for all else the client waits.
 */
export async function ask(
  url: string,
  init: RequestInit = {},
  retries: Retries = new Map()
): Promise<Response> {
  const elsewhere = 'sign.device_elsewhere'
  for (let asked = 1; ; asked++) {
    // eslint-disable-next-line no-await-in-loop
    const response = await fetch(url, init)
    const seconds = response.headers.get('retry-after')
    if (response.status !== 503 || seconds === null) return response
    // eslint-disable-next-line no-await-in-loop
    const { code = '' } = (await response.json()) as { code?: string }
    retries.set(code, (retries.get(code) ?? 0) + 1)
    // eslint-disable-next-line no-await-in-loop
    if (code !== elsewhere || asked % 5 === 0) await wait(Number(seconds) * 1_000)
  }
}

/** Sends JSON. */
export function json(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  }
}
