import { fakeClock } from '../../../../src/testing/index.ts'
import { everyEventSuite } from './every-event.suite.ts'
import { startGateway } from './gateway.ts'

const clock = fakeClock(Date.now())
everyEventSuite(options => startGateway({ ...options, clock }), clock)
