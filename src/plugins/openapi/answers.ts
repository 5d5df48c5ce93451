import { STATUS_CODES } from 'node:http'
import type { ApiErrors, RouteAnswers, Schema } from '../api-error/service.ts'
import { failureSchema } from './failure-schema.ts'
import { FailureExamples, type Example } from './failure-examples.ts'
import type { Operation } from './operations.ts'

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, Example>>
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
  readonly #examples: FailureExamples

  constructor(errors: ApiErrors | undefined) {
    this.#errors = errors
    this.#examples = new FailureExamples(errors)
  }

  /** The schemas that {@link Answers.of} has referred to, by name. */
  get schemas(): Readonly<Record<string, Schema>> {
    return Object.fromEntries(this.#failures)
  }

  /** The examples that {@link Answers.of} has referred to, by name. */
  get examples(): Readonly<Record<string, Example>> {
    return this.#examples.all
  }

  /** The responses of an operation, made of those that its schema gives. */
  of(operation: Operation, given: Responses): Responses {
    const { options } = operation
    const isTold = Object(options.schema).response !== undefined
    const { default: others, ...told } = isTold ? given : { 200: { content: { [json]: {} } } }
    const all: Responses = others ? { ...told, '2XX': others } : told
    const answers = this.#errors?.answersOf(options)
    return described(answers ? this.#inDialect(all, answers, operation) : all)
  }

  #inDialect(responses: Responses, answers: RouteAnswers, operation: Operation): Responses {
    const isRaw = operation.options.config?.raw === true
    const failure: Media = {
      schema: this.#refer(answers),
      examples: this.#examples.of(operation, answers)
    }
    const written = Object.entries(responses).map(([status, response]): [string, Response] =>
      !isRaw && isRendered(status) ? [status, wrapped(response, answers)] : [status, response]
    )
    if (!answers.always200)
      return {
        ...Object.fromEntries(written),
        default: { description: 'A failure', content: { [answers.failureType]: failure } }
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

function wrapped(response: Response, { success, successBody }: RouteAnswers): Response {
  const media = response.content?.[json]
  if (!media) return response
  const examples = Object.entries(examplesOf(media)).map(([name, { value, ...rest }]) => [
    name,
    { ...rest, value: successBody(value) }
  ])
  const schema = success(media.schema ?? {})
  return {
    ...response,
    content: { ...response.content, [json]: withExamples({ schema }, Object.fromEntries(examples)) }
  }
}

/** `@fastify/swagger` writes one example otherwise than several. */
function examplesOf({ example, examples }: Media): Readonly<Record<string, Example>> {
  return examples ?? (example === undefined ? {} : { success: { value: example } })
}

function withExamples({ schema }: Media, examples: Readonly<Record<string, Example>>): Media {
  return { ...(schema && { schema }), ...(Object.keys(examples).length > 0 && { examples }) }
}

/** One answer that may be any of these, or a failure. */
function anyOf(responses: readonly Response[], failure: Media): Response {
  const schemas = responses.flatMap(({ content }) => content?.[json]?.schema ?? [])
  const examples = responses.map(({ content }) => examplesOf(content?.[json] ?? {}))
  const content = Object.assign(
    {},
    ...responses.map(response => response.content ?? {})
  ) as Response['content']
  const [first] = responses
  const media = withExamples(
    { schema: { anyOf: [...schemas, failure.schema] } },
    Object.assign({}, ...examples, failure.examples) as Readonly<Record<string, Example>>
  )
  return { ...first, content: { ...content, [json]: media } }
}

function described(responses: Responses): Responses {
  const entries = Object.entries(responses).map(([status, response]): [string, Response] => {
    const own = response.description === undescribed ? undefined : response.description
    return [status, { ...response, description: own ?? STATUS_CODES[status] ?? 'A success' }]
  })
  return Object.fromEntries(entries)
}
