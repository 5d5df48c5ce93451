import { imExamplesSuite } from './im-examples.suite.ts'
import { serveHere } from './target.ts'

imExamplesSuite(serveHere)
