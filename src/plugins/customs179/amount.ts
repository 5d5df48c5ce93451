/**
 * Whether the value of a JSON number fits `N19,5` (announcement 179 of 2018, 1.6.3): at most 14 digits before the
 * point, 5 after it. It is judged by its digits: floating point would round what is just too long.
 * @param number as it is written, in any form that JSON knows: `5.0`, `1e2`, `-0`
 */
export function fitsN19x5(number: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = whole + fraction
  const first = digits.search(/[1-9]/)
  if (first < 0) return digits !== ''
  const point = whole.length + Number(exponent)
  const last = Array.from(digits).findLastIndex(digit => digit !== '0') + 1
  return point - first <= 14 && last - point <= 5
}
