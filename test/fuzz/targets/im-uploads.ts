import { createHash } from 'node:crypto'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { fileHeaders, isMatched } from '../../../src/plugins/im-ws-gateway/uploads/file-headers.ts'
import {
  addressedName,
  contentTypeIn,
  fileNameIn
} from '../../../src/plugins/im-ws-gateway/uploads/file-name.ts'
import { PartAddresses } from '../../../src/plugins/im-ws-gateway/uploads/part-address.ts'
import { rangeIn } from '../../../src/plugins/im-ws-gateway/uploads/range.ts'
import { attempt, holds, isSame, keepsSecret, secret, textsOf, type Target } from '../target.ts'

const key = createHash('sha256').update(secret).digest()

/** An input is the path and query of an address. */
const partAddress: Target = {
  name: 'im-part-address',
  words: [
    '/object/parts/',
    '?owner=',
    '&bytes=',
    '&expires=',
    '&signature=',
    '9007199254740993',
    '1e9',
    '-',
    '_'
  ],
  prepare: () => {
    const addresses = new PartAddresses(key)
    return input => {
      const text = input.toString('latin1')
      const [, uploadID = '', part = '', query = ''] =
        /^\/object\/parts\/([^/]*)\/([^?]*)\?(.*)$/s.exec(text) ?? []
      const ticket = addresses.read({ uploadID, part, query }, 0)
      if (!ticket) return
      holds(addresses.write(ticket) === text, 'two addresses are one')
      holds(
        ticket.part > 0 && ticket.bytes > 0 && Number.isSafeInteger(ticket.bytes),
        'a part that there is not'
      )
      holds(isSame(addresses.read({ uploadID, part, query }, ticket.expiresAt), undefined), 'it never ends')
      const other = new PartAddresses(createHash('sha256').update('other').digest())
      holds(other.read({ uploadID, part, query }, 0) === undefined, 'any key is good')
    }
  }
}

/** An input is the name of an object, a media type, an `If-None-Match` and a `Range`. */
const file: Target = {
  name: 'im-file',
  words: [
    'u1/',
    '..',
    '/',
    '\\',
    '\u202e',
    '%00',
    'image/svg+xml',
    'text/html',
    '; charset=',
    'W/"',
    'bytes=',
    '\r\n'
  ],
  prepare: () => input => {
    const [objectName = '', type = '', match = '', range = ''] = textsOf(input, 4)
    const size = input.length
    const asked = rangeIn(range, size)
    if (typeof asked === 'object')
      holds(asked.first >= 0 && asked.first <= asked.last && asked.last < size, 'a range outside of the file')
    const name = attempt(() => fileNameIn(objectName, 'u1'), ApiError)
    const contentType = attempt(() => contentTypeIn(type), ApiError)
    if ('refused' in name || 'refused' in contentType) {
      if ('refused' in name) keepsSecret(name.refused)
      return
    }
    holds(`u1/${name.value}` === objectName && !/[/\\\p{Cc}]/u.test(name.value), 'a name with a path')
    const decoded = decodeURIComponent(addressedName(name.value))
    holds(name.value.endsWith(decoded) && decoded.length <= 100, 'an address that nothing routes')
    const headers = fileHeaders({ id: 'x', name: name.value, contentType: contentType.value })
    for (const value of Object.values(headers))
      holds(/^[\x20-\x7e]*$/.test(value), 'a header that cannot be sent')
    const isShown = headers['content-disposition']?.startsWith('inline')
    if (isShown) holds(/^(?:image|audio|video)\//.test(contentType.value), 'what is no picture is shown')
    if (isShown) holds(!/svg|xml|html/.test(contentType.value), 'what may have a script in it is shown')
    else holds(headers['content-type'] === 'application/octet-stream', 'what is saved has a type')
    const [, told = ''] = /filename\*=UTF-8''(.*)$/.exec(headers['content-disposition'] ?? '') ?? []
    holds(decodeURIComponent(told) === name.value, 'a name becomes another')
    if (isMatched(match, 'x')) holds(/\*|"x"/.test(match), 'what does not name it matches')
  }
}

export const imUploads: readonly Target[] = [partAddress, file]
