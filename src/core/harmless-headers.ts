/**
 * Request headers that say how an answer shall be, and nothing of who asks: any other may be a credential, whatever its
 * name.
 */
export const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'pragma',
  'range',
  'user-agent',
  'x-requested-with'
])
