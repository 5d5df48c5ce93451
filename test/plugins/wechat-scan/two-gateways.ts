import type { ScanGateway } from './scan-rig.ts'

/** Two gateways that share a state. */
export interface TwoGateways {
  readonly here: ScanGateway
  readonly there: ScanGateway
}

/** A page waits at one gateway, and the push comes to the other. @returns who has scanned, and the code that the page got */
export async function scanned({ here, there }: TwoGateways): Promise<{ openid: string; code: string }> {
  here.simulator.set({ callbackUrl: `${there.url}/wechat_event` })
  const browser = here.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  await stream.next('ready')
  const openid = here.follower()
  await here.simulator.phone.scan({ url }, openid)
  const code = String((await stream.next('confirmed')).data['code'])
  return { openid, code }
}

/** One QR code is asked for at either gateway, then one more. @returns how that one was answered, and the count of the day */
export async function askedForThree({
  here,
  there
}: TwoGateways): Promise<[status: number, qrToday: number | undefined]> {
  await here.browser().post('/v1/scan')
  await there.browser().post('/v1/scan')
  const { status } = await here.browser().fetch('/v1/scan', { json: {} })
  return [status, (await there.scan.status()).accounts[0]?.qrToday]
}
