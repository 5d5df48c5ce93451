import { parse as parseQuery, stringify } from 'fast-querystring'
import { callbackAccount, openPush } from '../../../src/plugins/wechat-scan/opened-push.ts'
import { flatXml } from '../../../src/plugins/wechat-scan/flat-xml.ts'
import { readPush } from '../../../src/plugins/wechat-scan/push-message.ts'
import { readQuery } from '../../../src/plugins/wechat-scan/push-query.ts'
import { xmlReader } from '../../../src/plugins/wechat-scan/push-xml.ts'
import { Refusal } from '../../../src/plugins/wechat-scan/refusal.ts'
import { encryptedIn, envelopeXml } from '../../../src/wechat/envelope-xml.ts'
import { messageKey, openMessage, sealMessage } from '../../../src/wechat/message-crypt.ts'
import { MessageError } from '../../../src/wechat/message-error.ts'
import { packMessage, unpackMessage } from '../../../src/wechat/packed-message.ts'
import { signatureOf } from '../../../src/wechat/signature.ts'
import { cdata } from '../../../src/wechat/text-reply.ts'
import { attempt, holds, keepsSecret, partsOf, textsOf, type Target, isSame } from '../target.ts'

const xmlWords = [
  '<xml>',
  '</xml>',
  '<![CDATA[',
  ']]>',
  ']]',
  '<MsgType>',
  '</MsgType>',
  '<Event>',
  '<A>1</A>',
  '<A/>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '&a;',
  '&lt;',
  '<!--',
  '-->',
  '<?xml version="1.0"?>',
  '<Encrypt>',
  '</Encrypt>'
]

const push: Target = {
  name: 'wechat-push',
  words: [...xmlWords, 'qrscene_', '"EventKey":', '1234567890123456789', '"MsgId":'],
  async prepare() {
    const readXml = await xmlReader()
    return input => {
      const outcome = attempt(() => readPush('main', input, readXml), SyntaxError)
      if ('refused' in outcome) return keepsSecret(outcome.refused)
      const { message, scan, identity, toUser } = outcome.value
      holds(Object.isFrozen(message.fields), 'a listener can change what the next one gets')
      holds(/^[\w-]{43}$/.test(identity), 'its identity is no digest')
      holds(message.openid !== '' && toUser !== '', 'it is from nobody or to nobody')
      if (scan)
        holds(/^[\w-]{1,64}$/.test(scan.scene) && Number.isSafeInteger(scan.createdAt), 'a scan is malformed')
      // The same fields mean the same in the other notation.
      const again = readPush('main', Buffer.from(JSON.stringify(message.fields)), readXml)
      holds(isSame({ ...again, format: '' }, { ...outcome.value, format: '' }), 'JSON and XML differ')
      if (Object.values(message.fields).some(text => /[\r\ufffe\uffff]|[^\P{Cc}\t\n]/u.test(text))) return
      // The parser of XML refuses names that all objects have; fields of WeChat begin with a capital letter.
      if (Object.keys(message.fields).some(name => !/^[A-Z]/.test(name))) return
      const xml = Object.entries(message.fields).map(([name, text]) => `<${name}>${cdata(text)}</${name}>`)
      const third = attempt(
        () => readPush('main', Buffer.from(`<xml>${xml.join('')}</xml>`), readXml),
        SyntaxError
      )
      holds(
        'value' in third && third.value.identity === identity,
        'what was read cannot be written and read again'
      )
    }
  }
}

const xml: Target = {
  name: 'wechat-xml',
  words: xmlWords,
  async prepare() {
    const read = await xmlReader()
    return input => {
      const text = input.toString('utf8')
      const outcome = attempt(() => read(text), SyntaxError)
      if ('refused' in outcome) return keepsSecret(outcome.refused)
      const flat = flatXml(text)
      // With a declaration in front, only the parser reads it.
      const slow = attempt(() => read(`<?xml version="1.0"?>${text}`), SyntaxError)
      if (!flat) return
      holds('value' in slow, 'the fast path reads what the parser refuses')
      holds(isSame({ ...slow.value }, { ...flat }), 'the fast path and the parser differ')
    }
  }
}

const query: Target = {
  name: 'wechat-query',
  words: ['timestamp=', 'nonce=', 'signature=', 'msg_signature=', 'encrypt_type=aes', 'echostr=', '&'],
  prepare: () => input => {
    const read = readQuery(parseQuery(input.toString('utf8')))
    if (!read) return
    const { timestamp, nonce, signature, msgSignature, encrypted, echostr } = read
    const written = stringify({
      timestamp,
      nonce,
      ...(signature !== undefined && { signature }),
      ...(msgSignature !== undefined && { msg_signature: msgSignature }),
      ...(encrypted && { encrypt_type: 'aes' }),
      ...(echostr !== undefined && { echostr })
    })
    holds(isSame(readQuery(parseQuery(written)), read), 'what was read cannot be written and read again')
    holds(!/[\s\0]/.test(`${nonce}${echostr ?? ''}`), 'white space gets into what is sent back')
  }
}

const envelope: Target = {
  name: 'wechat-envelope',
  words: xmlWords,
  prepare: () => input => {
    const text = input.toString('latin1')
    const encrypt = encryptedIn(text)
    if (encrypt === undefined) return
    holds(/^[\w+/=]+$/.test(encrypt) && text.includes(encrypt), 'what is found is not there')
    const written = envelopeXml({ encrypt, signature: 'a', time: '1', nonce: '2' })
    holds(encryptedIn(written) === encrypt, 'what was read cannot be written and read again')
    // Without character data there must be exactly one element of the name.
    const bare = text.replaceAll(/<!\[CDATA\[[^]*?\]\]>/g, match =>
      match.includes('<Encrypt>') ? '' : match
    )
    holds(bare.split('<Encrypt>').length === 2, 'it is taken from text that somebody has written in a chat')
  }
}

const message: Target = {
  name: 'wechat-message',
  prepare() {
    const key = messageKey('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG')
    const receiver = 'wx5823bf96d3bd56c7'
    return input => {
      // As it is after decryption: whole blocks, else the cipher would have refused it.
      const padded = input.subarray(0, input.length - (input.length % 16))
      const outcome = attempt(() => unpackMessage(padded), MessageError)
      if ('value' in outcome) {
        const { content, receiver: to } = outcome.value
        const rest = padded.length - 20 - content.length - to.length
        holds(rest >= 1 && rest <= 32, 'its parts are not those of the message')
        const text = to.toString()
        if (Buffer.from(text).equals(to) && content.length + to.length + 20 > padded.length - 33) {
          const again = unpackMessage(packMessage(padded.subarray(0, 16), content, text))
          holds(again.content.equals(content) && again.receiver.equals(to), 'it cannot be packed again')
        }
      }
      const sealed = attempt(
        () => openMessage(key, sealMessage(key, input, receiver), receiver),
        MessageError
      )
      holds('value' in sealed && sealed.value.equals(input), 'what was sealed does not open')
      attempt(() => openMessage(key, input.toString('latin1'), receiver), MessageError)
      attempt(() => openMessage(key, input.toString('base64'), receiver), MessageError)
    }
  }
}

const callback: Target = {
  name: 'wechat-callback',
  words: [...xmlWords, '{"Encrypt":"', '"}'],
  prepare() {
    const account = callbackAccount({
      name: 'main',
      appId: 'wx5823bf96d3bd56c7',
      appSecret: '',
      token: 'QDG6eK',
      mode: 'secure',
      aesKeys: ['abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG']
    })
    return input => {
      const [timestamp = '', nonce = ''] = textsOf(input, 2)
      const body = partsOf(input)[2] ?? Buffer.alloc(0)
      // Signed as far as that goes, to get behind the signature.
      const encrypt = encryptedIn(body.toString('latin1'))
      const msgSignature = signatureOf(account.token, timestamp, nonce, encrypt ?? '')
      const outcome = attempt(
        () => openPush(account, { timestamp, nonce, msgSignature, encrypted: true }, body),
        Refusal
      )
      if ('value' in outcome) holds(outcome.value.key !== undefined, 'what was not encrypted is taken')
    }
  }
}

export const wechat: readonly Target[] = [push, xml, query, envelope, message, callback]
