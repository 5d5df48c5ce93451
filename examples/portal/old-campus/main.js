// The old campus as a program, with a way to spoil it while it runs:
//
//   node examples/portal/old-campus/main.js [port]
//   curl -s http://127.0.0.1:3100/_control -d '{"down":true}'
//
// down, status, slowMs and refuseLogins are those of faults.js; password: {"213170001":"new"} changes one.
import { startOldCampus } from './campus.js'

const port = Number(process.argv[2] ?? 3100)
const campus = await startOldCampus({ port, control: { '/_control': spoil } })
console.log(`The old campus is at ${campus.url}; 213170001 logs in with old-paifang.`)

function spoil({ faults, setPassword }, body) {
  const { password = {}, down, status, slowMs, refuseLogins } = JSON.parse(body)
  for (const [userid, changed] of Object.entries(password)) setPassword(userid, String(changed))
  if (down !== undefined) faults.down = down === true
  if (refuseLogins !== undefined) faults.refuseLogins = refuseLogins === true
  if (status === 0 || (status >= 400 && status <= 599)) faults.status = Math.trunc(status)
  if (slowMs >= 0 && slowMs <= 60_000) faults.slowMs = slowMs
  const state = {
    down: faults.down,
    status: faults.status,
    slowMs: faults.slowMs,
    refuseLogins: faults.refuseLogins
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(state)}\n` }
}
