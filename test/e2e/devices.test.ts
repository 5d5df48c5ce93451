import { devicesSuite } from './devices.suite.ts'
import { serveBuilt } from './target.ts'

devicesSuite(serveBuilt)
