import { randomInt } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { SimulatedAccount } from './account.ts'
import { signedQuery } from './push-request.ts'
import { withQuery } from './pushes.ts'

/** WeChat waits this long for an answer. */
const answerMs = 5_000

/**
 * Checks a callback as the console does when its URL is saved: it must send back `echostr`, which is in clear and
 * signed in the plain way in all three modes. Never rejects.
 */
export async function checkCallback(
  url: string | undefined,
  { token }: SimulatedAccount,
  clock: Clock,
  send: typeof fetch
): Promise<boolean> {
  if (url === undefined) return false
  const query = signedQuery(token, clock.now())
  // 19 digits: whoever reads it as a number sends back another one.
  const echostr = `${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 8, 10 ** 9)}`
  query.set('echostr', echostr)
  const late = new AbortController()
  const timer = clock.after(answerMs, () => late.abort())
  try {
    const response = await send(withQuery(url, query.toString()), { redirect: 'manual', signal: late.signal })
    return (await response.text()) === echostr && response.status === 200
  } catch {
    return false
  } finally {
    timer.cancel()
  }
}
