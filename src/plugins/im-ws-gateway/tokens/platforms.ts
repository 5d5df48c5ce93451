/** What OpenIM calls its platforms, by their ids 1–11 (specification §5.1). Id 0, any platform, has no name. */
const names = [
  '',
  'IOS',
  'Android',
  'Windows',
  'OSX',
  'Web',
  'MiniWeb',
  'Linux',
  'APad',
  'IPad',
  'Admin',
  'HarmonyOS'
] as const

const ids = new Map(names.map((name, id) => [name.toLowerCase(), id]))

/** The name of a platform id, as in the claim `Platform` of a 2.x token; empty for 0 and for ids that do not exist. */
export function platformName(platformID: number): string {
  return names[platformID] ?? ''
}

/** The id of a platform's name, in any case; `undefined` for a name that is none. */
export function platformOf(name: string): number | undefined {
  return name === '' ? undefined : ids.get(name.toLowerCase())
}

/** Whether it is 0 (any) or the id of a platform. */
export function isPlatformID(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < names.length
}
