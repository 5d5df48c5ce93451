import { isDeepStrictEqual } from 'node:util'

/**
 * Prints what happens, and notes what should not.
 * @param time the time of day, as it is printed
 */
export function openReport(time) {
  const report = { failures: 0, say, see }
  return report

  /** A heading. */
  function say(text) {
    console.log(`\n${time()}  ${text}`)
  }

  /** What happens is to have all that is expected of it. Resolves with it. */
  async function see(text, happening, expected) {
    const happened = await happening
    const seen = Object.fromEntries(Object.keys(expected).map(name => [name, happened[name]]))
    const isGood = isDeepStrictEqual(seen, expected)
    console.log(`  ${isGood ? 'ok  ' : 'FAIL'}  ${text.padEnd(48)}  ${textOf(seen)}`)
    if (isGood) return happened
    report.failures++
    console.log(`        expected: ${textOf(expected)}\n        there is: ${textOf(happened)}`)
    return happened
  }
}

/** Without tokens, which are nobody's business. */
function textOf(value) {
  return JSON.stringify(value).replaceAll(/[0-9a-f]{64}/g, '…')
}
