import { STATUS_CODES } from 'node:http'
import type { ApiErrors, RouteAnswers, Schema } from '../api-error/service.ts'
import { failureSchema } from './failure-schema.ts'
import type { Operation } from './operations.ts'

interface Media {
  readonly schema?: Schema
}

/** The answers of one status, as a document has them. */
export interface Response {
  readonly description?: string
  readonly content?: Readonly<Record<string, Media>>
}

/** By status, `2XX` or `default`. */
export type Responses = Readonly<Record<string, Response>>

const json = 'application/json'
/** What `@fastify/swagger` writes where a schema has no description. */
const undescribed = 'Default Response'

/** Puts the answers of operations into the forms that their dialects give them. */
export class Answers {
  readonly #errors: ApiErrors | undefined
  readonly #failures = new Map<string, Schema>()

  constructor(errors: ApiErrors | undefined) {
    this.#errors = errors
  }

  /** The schemas that {@link Answers.of} has referred to, by name. */
  get schemas(): Readonly<Record<string, Schema>> {
    return Object.fromEntries(this.#failures)
  }

  /** The responses of an operation, made of those that its schema gives. */
  of({ options }: Pick<Operation, 'options'>, given: Responses): Responses {
    const isTold = Object(options.schema).response !== undefined
    const { default: others, ...told } = isTold ? given : { 200: { content: { [json]: {} } } }
    const all: Responses = others ? { ...told, '2XX': others } : told
    const answers = this.#errors?.answersOf(options)
    return described(answers ? this.#inDialect(all, answers, options.config?.raw === true) : all)
  }

  #inDialect(responses: Responses, answers: RouteAnswers, isRaw: boolean): Responses {
    const failure = this.#refer(answers)
    const written = Object.entries(responses).map(([status, response]): [string, Response] =>
      !isRaw && isRendered(status) ? [status, wrapped(response, answers)] : [status, response]
    )
    if (!answers.always200)
      return {
        ...Object.fromEntries(written),
        default: { description: 'A failure', content: { [answers.failureType]: { schema: failure } } }
      }
    const isOk = (status: string): boolean => (isRaw ? status === '200' : isRendered(status))
    return {
      ...Object.fromEntries(written.filter(([status]) => !isOk(status))),
      200: anyOf(
        written.filter(([status]) => isOk(status)).map(([, response]) => response),
        failure
      )
    }
  }

  #refer(answers: RouteAnswers): Schema {
    const { dialect } = answers
    const name =
      dialect === 'problem' ? 'Problem' : `${dialect.charAt(0).toUpperCase()}${dialect.slice(1)}Failure`
    if (!this.#failures.has(name))
      this.#failures.set(name, failureSchema(answers, this.#errors?.catalogue() ?? []))
    return { $ref: `#/components/schemas/${name}` }
  }
}

/** Dialects leave answers alone that have no body, and those to which the handler gave an error status. */
function isRendered(status: string): boolean {
  return /^2(?!0[45])/.test(status)
}

function wrapped(response: Response, { success }: RouteAnswers): Response {
  const media = response.content?.[json]
  if (!media) return response
  return {
    ...response,
    content: { ...response.content, [json]: { ...media, schema: success(media.schema ?? {}) } }
  }
}

/** One answer that may be any of these, or a failure. */
function anyOf(responses: readonly Response[], failure: Schema): Response {
  const schemas = responses.flatMap(({ content }) => content?.[json]?.schema ?? [])
  const content = Object.assign(
    {},
    ...responses.map(response => response.content ?? {})
  ) as Response['content']
  const [first] = responses
  return { ...first, content: { ...content, [json]: { schema: { anyOf: [...schemas, failure] } } } }
}

function described(responses: Responses): Responses {
  const entries = Object.entries(responses).map(([status, response]): [string, Response] => {
    const own = response.description === undescribed ? undefined : response.description
    return [status, { ...response, description: own ?? STATUS_CODES[status] ?? 'A success' }]
  })
  return Object.fromEntries(entries)
}
