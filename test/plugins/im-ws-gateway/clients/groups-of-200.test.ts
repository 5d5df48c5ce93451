import { startGateway } from './gateway.ts'
import { groupsOf200Suite } from './groups-of-200.suite.ts'

groupsOf200Suite(startGateway)
