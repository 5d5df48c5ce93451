import type { DialectName } from '../service.ts'
import type { Dialect } from './dialect.ts'
import { flask, type FlaskOptions } from './flask.ts'
import { openim } from './openim.ts'
import { plain, type PlainOptions } from './plain.ts'
import { problem, type ProblemOptions } from './problem.ts'
import { ws3, type Ws3Options } from './ws3.ts'

export interface DialectOptions extends ProblemOptions {
  readonly plain: PlainOptions
  readonly flask: FlaskOptions
  readonly ws3: Ws3Options
}

export type Dialects = Readonly<Record<DialectName, Dialect>>

/** All dialects, by name. */
export function makeDialects(options: DialectOptions): Dialects {
  return {
    plain: plain(options.plain),
    flask: flask(options.flask),
    ws3: ws3(options.ws3),
    openim: openim(),
    problem: problem(options)
  }
}
