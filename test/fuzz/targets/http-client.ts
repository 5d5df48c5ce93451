import { harmlessHeaders, hostFault, HostList, targetOf } from '../../../src/core/index.ts'
import { AddressPolicy } from '../../../src/plugins/http-client/address-policy.ts'
import { dataOf } from '../../../src/plugins/http-client/answer-data.ts'
import { charsetOf, decode, isUtf8, known } from '../../../src/plugins/http-client/charset.ts'
import { contentTypeOf } from '../../../src/plugins/http-client/content-type.ts'
import { requestUrl } from '../../../src/plugins/http-client/host-rules.ts'
import { headersOf } from '../../../src/plugins/http-client/outgoing-headers.ts'
import { isRedirect, redirected } from '../../../src/plugins/http-client/redirect.ts'
import { UpstreamError } from '../../../src/plugins/http-client/upstream-error.ts'
import { attempt, holds, jsonIn, keepsSecret, partsOf, secret, textsOf, type Target } from '../target.ts'

const settings = { charsetCandidates: ['utf-8', 'gb18030', 'big5'], defaultCharset: 'gb18030' }

const body: Target = {
  name: 'http-body',
  words: [
    'charset=gbk',
    'charset=utf-16le',
    'application/json',
    'text/html',
    '<meta charset="big5">',
    '<?xml encoding="'
  ],
  prepare: () => input => {
    const [header = ''] = textsOf(input, 1)
    const bytes = partsOf(input)[1] ?? Buffer.alloc(0)
    const { type, charset: declared } = contentTypeOf(header)
    holds(type === type.trim().toLowerCase() && !type.includes(';'), 'a type has parameters')
    const charset = charsetOf(bytes, { declared, markup: true }, settings)
    holds(known(charset) !== undefined, 'a charset that nobody knows')
    const text = decode(bytes, charset)
    if (isUtf8(bytes) && charset === 'utf-8')
      holds(Buffer.from(text).equals(bytes) || text.length < bytes.length, 'UTF-8 changes')
    for (const as of ['auto', 'json', 'text', 'buffer'] as const) {
      const outcome = attempt(() => dataOf(bytes, header, { as }, settings), SyntaxError)
      if ('refused' in outcome) {
        holds(as === 'json', `${as} throws`)
        keepsSecret(outcome.refused)
        continue
      }
      const { value } = outcome
      if (as === 'text') holds(typeof value === 'string', 'a text is none')
      if (as === 'buffer') holds(Buffer.isBuffer(value) && value.equals(bytes), 'bytes are others')
      if (as === 'json') holds(!hasForbidden(value), 'JSON makes prototypes')
    }
  }
}

/** Whether any object has a member that becomes a prototype where it is merged, however deep. */
function hasForbidden(value: unknown): boolean {
  const left = [value]
  for (let each = left.pop(); each !== undefined; each = left.pop()) {
    if (typeof each !== 'object' || each === null) continue
    if (Object.hasOwn(each, '__proto__')) return true
    left.push(...(Object.values(each) as unknown[]).filter(member => member !== undefined))
  }
  return false
}

const from = new URL('http://www.example.edu/a/b?c=d')
const caller = {
  authorization: secret,
  cookie: secret,
  accept: '*/*',
  'x-any': secret,
  'content-type': 'text/plain'
}
const sent = { content: Buffer.from('x'), length: 1 } as unknown as NonNullable<
  Parameters<typeof redirected>[0]['body']
>

const redirect: Target = {
  name: 'http-redirect',
  words: [
    'http://',
    'https://',
    '//',
    '/\\',
    'user:pass@',
    'javascript:',
    'file:///',
    '[::1]',
    '#',
    '\t',
    'www.example.edu',
    ':80',
    ':443'
  ],
  prepare: () => input => {
    const location = input.toString('latin1')
    for (const status of [301, 302, 303, 307, 308])
      for (const hop of [
        { method: 'GET', url: from, headers: caller, body: undefined },
        { method: 'POST', url: from, headers: caller, body: sent }
      ]) {
        holds(isRedirect(status, location), 'it is a redirect')
        const outcome = attempt(() => redirected(hop, status, location), UpstreamError)
        if ('refused' in outcome) {
          keepsSecret(outcome.refused)
          continue
        }
        const { method, url, headers, body: carried } = outcome.value
        holds(/^https?:$/.test(url.protocol), 'it goes to another scheme')
        holds(
          url.username === '' && url.password === '' && url.hash === '',
          'a user or a password goes with it'
        )
        const isSame = url.origin === from.origin || url.origin === from.origin.replace('http:', 'https:')
        holds(
          isSame || Object.keys(headers).every(name => harmlessHeaders.has(name)),
          'headers leave their origin'
        )
        holds(isSame || carried === undefined, 'a body leaves its origin')
        holds(
          method === hop.method || (method === 'GET' && carried === undefined),
          'a method becomes another'
        )
        holds(
          attempt(() => requestUrl(url), TypeError) !== undefined && requestUrl(url).href === url.href,
          'no request can be made of it'
        )
      }
  }
}

const hosts: Target = {
  name: 'host-list',
  words: [
    '*.',
    '[::1]',
    '::ffff:127.0.0.1',
    '10.0.0.0/8',
    '/33',
    '/128',
    ':8080',
    ':0',
    ':65536',
    '.',
    'xn--',
    '%25',
    '0x7f.1',
    '127.1'
  ],
  prepare() {
    const policy = new AddressPolicy({ internalHosts: [], blockPrivate: true })
    return input => {
      const [entry = '', url = '', address = ''] = textsOf(input, 3)
      const outcome = attempt(() => new HostList([entry]), TypeError, RangeError)
      holds((hostFault(entry) === undefined) === 'value' in outcome, 'what is no host has no fault')
      if (URL.canParse(url)) {
        const target = targetOf(new URL(url))
        if ('value' in outcome) outcome.value.has(target)
        const own = attempt(() => new HostList([target.hostname]), TypeError)
        if (/^https?:/.test(url))
          holds('refused' in own || own.value.has(target), 'a host is not in a list of itself')
      }
      const outcomes = [address, `::ffff:${address}`].map(each =>
        policy.allows(each, { hostname: 'a', port: 80 })
      )
      const ipv4 = /^(?:\d{1,3}\.){3}\d{1,3}$/.test(address)
      holds(!ipv4 || outcomes[0] === outcomes[1], 'an address is open in another notation')
      holds(!/^(?:10|127)(?:\.\d{1,3}){3}$/.test(address) || !outcomes[0], 'a closed address is open')
    }
  }
}

const headers: Target = {
  name: 'http-headers',
  words: ['"host":', '"Transfer-Encoding":', '\\r\\n', '\\u0000', '"é"', '" "'],
  prepare: () => input => {
    const given = jsonIn(input.toString('utf8'))
    if (
      typeof given !== 'object' ||
      given === null ||
      !Object.values(given).every(each => typeof each === 'string')
    )
      return
    const outcome = attempt(() => headersOf(given as Record<string, string>), TypeError)
    if ('refused' in outcome) return keepsSecret(outcome.refused)
    for (const [name, value] of Object.entries(outcome.value)) {
      holds(
        /^[!#-'*+.0-9^-z|~-]+$/.test(name) && !/[\r\n\0]|[^\0-\u00ff]/.test(value),
        'a header breaks its line'
      )
      holds(
        !['host', 'content-length', 'transfer-encoding', 'connection'].includes(name),
        'a header makes another request'
      )
    }
  }
}

export const httpClient: readonly Target[] = [body, redirect, hosts, headers]
