import { kindOf, type Answer } from './ask.ts'
import { gatewayClient, legacyKey, seal as sealLegacy, signatureCheck } from '../sign/clients.ts'
import { nextNumber, textOf } from '../sign/text.ts'
import { seal } from './envelope.ts'
import { pace, type Load } from './load.ts'
import { envelopeKid } from './settings.ts'

const pin = '88888888'

/** Signs by all the ways that there are, and checks each signature against the text of its own request. */
export const signing: Load = async ({ url, fakes, project, ask, ledger, random, rate }) => {
  const isRight = signatureCheck(fakes.cardKey.certificate.toString('base64'))
  const { signatureIn, close } = gatewayClient(url)
  close()
  const caller = { authorization: `Bearer ${project.callerToken}` }
  let acknowledged = 0
  const judge = (number: number, signature: string): boolean | string => {
    if (!isRight(number, signature)) return 'signature of another text'
    acknowledged++
    return true
  }

  const legacy = async (): Promise<void> => {
    const number = nextNumber()
    const leaves = random() < 0.03
    const question = { method: 'POST', path: '/getCode', body: sealLegacy(textOf(number), legacyKey) }
    const signal = leaves ? { signal: AbortSignal.timeout(4) } : {}
    await ask.noted('sign', { ...question, ...signal }, ({ status, body }) =>
      leaves && status === 0 ? true : status === 200 && judge(number, signatureIn(body))
    )
  }

  /** Signs once, and asks for the same again under its key: the answer must be the same signature. */
  const once = async (): Promise<void> => {
    const number = nextNumber()
    const path = '/v1/sign'
    const headers = { ...caller, 'idempotency-key': `soak-${number}` }
    let first: unknown
    const send = async (again: boolean): Promise<Answer> => {
      const letter = seal({ data: textOf(number), pin }, path, envelopeKid, project.envelopeKey)
      return ask.noted('sign', { method: 'POST', path, headers, body: letter.body }, answer => {
        if (answer.status !== 200) return false
        const { sign } = letter.open(answer.json)
        if (!again) first = sign
        else return first === undefined || first === sign || 'another signature under the same key'
        return judge(number, String(sign))
      })
    }
    if ((await send(false)).status === 200) await send(true)
  }

  const batch = async (): Promise<void> => {
    const path = '/v1/sign/batch'
    const numbers = Array.from({ length: 5 }, nextNumber)
    const content = { pin, items: numbers.map(number => ({ id: String(number), data: textOf(number) })) }
    const letter = seal(content, path, envelopeKid, project.envelopeKey)
    const began = ledger.now()
    const answer = await ask.plain({ method: 'POST', path, headers: caller, body: letter.body })
    if (answer.status !== 200) return ledger.failed('sign', kindOf(answer), began, answer.body)
    const { items } = letter.open(answer.json) as { items: { sign?: string; error?: { code: string } }[] }
    for (const [index, { sign, error }] of items.entries()) {
      const verdict = sign === undefined ? String(error?.code) : judge(numbers[index] ?? 0, sign)
      if (verdict === true) ledger.did('sign')
      else ledger.failed('sign', String(verdict), began, 'of a batch')
    }
  }

  const customs = async (number: number): Promise<void> => {
    const head =
      '{"guid":"0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234","initalRequest":"total=5.0","initalResponse":"ok","ebpCode":"0000EBP001","payCode":"0000PAY001",' +
      '"payTransactionId":"T1","totalAmount":5.0,"currency":"142","verDept":"3","payType":"1",' +
      '"tradingTime":"20260101075959","note":""}'
    const lists =
      '[{"orderNo":"SO-1","goodsInfo":[{"gname":"样品","itemLink":"https://shop.example/1"}],"recpAccount":"A1",' +
      '"recpName":"商户"}]'
    const body =
      `{"sessionID":"SOAK-${number}","payExchangeInfoHead":${head},"payExchangeInfoLists":${lists},` +
      `"serviceTime":"${Date.now()}","pwdstr":"${pin}"}`
    const headers = { ...caller, 'content-type': 'application/json' }
    const { status, json } = await ask.noted(
      'customs',
      { method: 'POST', path: '/v1/customs179/sign', headers, body },
      answer => answer.status === 200
    )
    if (status !== 200) return
    acknowledged++
    const { str, signValue } = json
    const certificate = pemOf(fakes.cardKey.certificate)
    const question = {
      method: 'POST',
      path: '/v1/customs179/verify',
      body: { str, signValue, certificate }
    }
    await ask.noted('customs', question, answer => answer.status === 200 && answer.json['valid'] === true)
  }

  const stops = [
    pace(rate * 6, legacy),
    pace(rate * 2, once),
    pace(rate * 0.3, batch),
    pace(rate * 0.5, customs)
  ]
  return {
    async stop() {
      await Promise.all(stops.map(stop => stop()))
    },
    check: rows => [
      { name: 'signatures acknowledged', unit: '', value: acknowledged, limit: { atLeast: 1 } },
      {
        name: 'signatures acknowledged without a row in the audit trail',
        unit: '',
        value: Math.max(
          0,
          acknowledged - rows.count(`select count(*) from sign_audit_rows where outcome = 'signed'`)
        ),
        limit: { atMost: 0 }
      }
    ]
  }
}

function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
