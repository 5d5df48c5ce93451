import type { Locale } from './api-error.ts'
import { byQuality } from './quality.ts'

const locales: readonly (readonly [language: string, Locale])[] = [
  ['zh', 'zh-CN'],
  ['en', 'en']
]

/**
 * The language to answer in. Ranges match by language alone: whoever asks for `zh-TW` reads zh-CN rather than
 * English. `*` stands for the languages not named, `fallback` first.
 */
export function pickLocale(header: string | undefined, fallback: Locale): Locale {
  if (header === undefined) return fallback
  const ranges = byQuality(header).map(({ value, q }) => ({ language: value.split('-')[0], q }))
  const candidates = locales
    .map(([language, locale]) => {
      const exact = ranges.findIndex(range => range.language === language)
      const place = exact === -1 ? ranges.findIndex(range => range.language === '*') : exact
      return { locale, place, q: ranges[place]?.q ?? 0 }
    })
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q || a.place - b.place || (a.locale === fallback ? -1 : 1))
  return candidates[0]?.locale ?? fallback
}

/** Puts parameters into the `{name}` places of a text; names without a parameter stay as they are. */
export function fill(text: string, params: Readonly<Record<string, unknown>> = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place
  )
}
