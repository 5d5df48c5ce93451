/** In this order: some call themselves by the names of those further down as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/, 'WeChat'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari']
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux']
]

/** A browser in words that its user knows, `Chrome, Windows`; empty for one that nobody knows. */
export function browserName(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 512)
  const first = (names: typeof browsers) => names.find(([pattern]) => pattern.test(text))?.[1]
  return [first(browsers), first(systems)].filter(name => name !== undefined).join(', ')
}
