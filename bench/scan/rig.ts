import { startChild, type Child } from '../child.ts'
import type { GatewayOptions } from './gateway.ts'
import type { WechatReady } from './wechat.ts'

export const clientSecret = 'bench-bench-bench'

/** WeChat and a gateway, in processes of their own. This process is all the pages. */
export interface Rig extends AsyncDisposable {
  readonly url: string
  readonly gateway: Child<string>
  readonly wechat: Child<WechatReady>
}

export async function startRig(): Promise<Rig> {
  const wechat = await startChild<WechatReady>(new URL('wechat.ts', import.meta.url), {})
  const { account, apiBase } = wechat.ready
  const settings = {
    ...account,
    apiBase,
    clientSecret,
    sceneTtlS: 3_600,
    // Nothing but scans shall happen to a page.
    streamMs: 600_000
  }
  const options: GatewayOptions = { settings }
  const gateway = await startChild<string>(new URL('gateway.ts', import.meta.url), options)
  return {
    url: gateway.ready,
    gateway,
    wechat,
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway.stop(), wechat.stop()])
    }
  }
}

/** Does `task` with all of `items`, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  parallel: number,
  task: (item: T) => Promise<unknown>
): Promise<void> {
  const left = items.values()
  const work = async (): Promise<void> => {
    // eslint-disable-next-line no-await-in-loop
    for (const item of left) await task(item)
  }
  await Promise.all(Array.from({ length: parallel }, work))
}
