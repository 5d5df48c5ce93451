import { startGateway } from './gateway.ts'
import { contentsSuite } from './contents.suite.ts'

contentsSuite(startGateway)
