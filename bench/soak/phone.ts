import { setTimeout as sleep } from 'node:timers/promises'
import { pushRequest } from '../../src/plugins/wechat-simulator/push-request.ts'
import type { SimulatedAccount } from '../../src/plugins/wechat-simulator/account.ts'
import type { Ask } from './ask.ts'

const tries = 3
const againMs = 1_000

/**
 * Somebody scans: the push of WeChat for it, sent again twice where it is not taken. The simulator's own phone stops for
 * a minute after three pushes in a row that fail, as WeChat does; here each scan counts.
 */
export async function scanWith(
  ask: Ask,
  account: SimulatedAccount,
  scene: string,
  openid: string
): Promise<boolean> {
  const CreateTime = Math.floor(Date.now() / 1_000)
  const fields = {
    ToUserName: account.originalId,
    FromUserName: openid,
    CreateTime,
    MsgType: 'event',
    Event: 'SCAN',
    EventKey: scene
  }
  const { query, contentType, body } = pushRequest(fields, account, 'xml', Date.now())
  for (let attempt = 0; attempt < tries; attempt++) {
    if (attempt > 0) await sleep(againMs)
    const headers = { 'content-type': contentType }
    const { status } = await ask.plain({ method: 'POST', path: `/wechat_event?${query}`, headers, body })
    if (status === 200) return true
  }
  return false
}
