import { startGateway } from './gateway.ts'
import { noticesSuite } from './notices.suite.ts'

noticesSuite(startGateway)
