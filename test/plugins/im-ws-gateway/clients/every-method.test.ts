import { startGateway } from './gateway.ts'
import { everyMethodSuite } from './every-method.suite.ts'

everyMethodSuite(startGateway)
