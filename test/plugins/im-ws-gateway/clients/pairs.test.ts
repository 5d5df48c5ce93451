import { startGateway } from './gateway.ts'
import { pairsSuite } from './pairs.suite.ts'

pairsSuite(startGateway)
