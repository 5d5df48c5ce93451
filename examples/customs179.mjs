// Has payment data signed for Customs announcement 179, and checks the signature, with Node alone:
//
//   node examples/customs179.mjs [http://127.0.0.1:3000 [token]]
//
// The data is made up; the PIN is the simulator's. Nothing is sent to customs. The token is that of a caller of
// sign-bridge: it is needed where there are callers, and from other machines.

const [base = 'http://127.0.0.1:3000', token] = process.argv.slice(2)
const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }

// Written by hand, or kept from where it came: JSON.stringify would turn 5.0 into 5.
const head =
  '{"guid":"0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234","initalRequest":"total=5.0","initalResponse":"ok",' +
  '"ebpCode":"0000EBP001","payCode":"0000PAY001","payTransactionId":"T1","totalAmount":5.0,"currency":"142",' +
  '"verDept":"3","payType":"1","tradingTime":"20260101075959","note":""}'
const lists =
  '[{"orderNo":"SO-1","goodsInfo":[{"gname":"样品","itemLink":"https://shop.example/1"}],' +
  '"recpAccount":"A1","recpName":"商户"}]'
const sessionID = crypto.randomUUID().toUpperCase()
const request =
  `{"sessionID":"${sessionID}","payExchangeInfoHead":${head},"payExchangeInfoLists":${lists},` +
  `"serviceTime":"${Date.now()}","pwdstr":"88888888"}`

const signed = await post('/v1/customs179/sign', request)
console.log(`signed with ${signed.certNo}:\n${signed.payExInfoStr}\n`)
console.log(`to post to customs:\n${new URLSearchParams({ payExInfoStr: signed.payExInfoStr })}\n`)

const certificate = await (
  await fetch(`${base}/v1/sign/certificates/${signed.certNo}`, { headers: authorization })
).text()
const { str, signValue } = signed
const verdict = await post('/v1/customs179/verify', JSON.stringify({ str, signValue, certificate }))
console.log('verified:', verdict)
if (!verdict.valid) process.exitCode = 1

async function post(path, body) {
  const headers = { 'content-type': 'application/json', ...authorization }
  const response = await fetch(base + path, { method: 'POST', headers, body })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}
