import { strangersSuite } from './strangers.suite.ts'
import { serveBuilt } from './target.ts'

strangersSuite(serveBuilt)
