// Plays a day of the portal, and says line by line what happens:
//
//   node examples/portal/day.mjs
//
// Time is played, too, so that the day takes a few seconds. The exit code is 1 when something is not as it should be.
import { careful, careless } from './day/afternoon.js'
import { clicks, goodNight } from './day/evening.js'
import { down, slow } from './day/forenoon.js'
import { logins, opening, pages } from './day/morning.js'
import { openPortal } from './day/portal.js'
import { openReport } from './day/report.js'

const portal = await openPortal()
const report = openReport(portal.time)
try {
  await opening(portal, report)
  const tokens = await logins(portal, report)
  const notes = await pages(portal, report, tokens)
  await slow(portal, report, tokens)
  await down(portal, report, tokens)
  const renewed = await careful(portal, report, { ...tokens, ...notes })
  const fresh = await careless(portal, report, { ...tokens, ...notes })
  await clicks(portal, report, { renewed, fresh })
  await goodNight(portal, report, { renewed })
} finally {
  await portal.close()
}
const { failures } = report
console.log(failures === 0 ? '\nA day like any other.' : `\n${failures} things were not as they should be.`)
process.exitCode = failures === 0 ? 0 : 1
