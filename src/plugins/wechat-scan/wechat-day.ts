const dayMs = 86_400_000
const beijingMs = 8 * 3_600_000

/** The day in Beijing, by which WeChat counts its quotas: `2026-01-31`. */
export function wechatDay(nowMs: number): string {
  return new Date(nowMs + beijingMs).toISOString().slice(0, 10)
}

/** Milliseconds until the next one: more than 0, at most a day. */
export function nextWechatDayInMs(nowMs: number): number {
  return dayMs - ((nowMs + beijingMs) % dayMs)
}
