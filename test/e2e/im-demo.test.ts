import { imDemoSuite } from './im-demo.suite.ts'
import { serveHere } from './target.ts'

imDemoSuite(serveHere)
