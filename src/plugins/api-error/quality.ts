/** One element of an `Accept…` header: the value in lower case without its parameters, and its weight (0–1). */
export interface Weighted {
  readonly value: string
  readonly q: number
}

/**
 * Reads an `Accept…` header (RFC 9110 §12.4.2), the most wanted first, equals in the order given. A weight that is
 * not a number from 0 to 1 counts as 0.
 */
export function byQuality(header: string): Weighted[] {
  return header
    .split(',')
    .map(weighted)
    .toSorted((a, b) => b.q - a.q)
}

function weighted(element: string): Weighted {
  const [value = '', ...parameters] = element.split(';').map(part => part.trim().toLowerCase())
  const weight = parameters.find(parameter => parameter.startsWith('q='))
  const q = weight === undefined ? 1 : Number(weight.slice(2))
  return { value, q: q >= 0 && q <= 1 ? q : 0 }
}
