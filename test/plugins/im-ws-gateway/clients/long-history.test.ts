import { startGateway } from './gateway.ts'
import { longHistorySuite } from './long-history.suite.ts'

longHistorySuite(startGateway, 10_000)
