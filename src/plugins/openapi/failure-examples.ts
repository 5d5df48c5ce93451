import { Errors, type ApiErrors, type CatalogueEntry, type RouteAnswers } from '../api-error/service.ts'
import { pathParameters } from './operation-id.ts'
import type { Operation } from './operations.ts'

/** An example of a document, or where it is. */
export interface Example {
  readonly summary?: string
  readonly value?: unknown
  readonly $ref?: string
}

/** Examples of failures, of which a document has each once. */
export class FailureExamples {
  readonly #errors: ApiErrors | undefined
  readonly #examples = new Map<string, Example>()

  constructor(errors: ApiErrors | undefined) {
    this.#errors = errors
  }

  /** Those that {@link FailureExamples.of} has referred to, by name. */
  get all(): Readonly<Record<string, Example>> {
    return Object.fromEntries(this.#examples)
  }

  /** References to examples of the failures that an operation may have, by their keys. */
  of(operation: Operation, answers: RouteAnswers): Readonly<Record<string, Example>> {
    const { plugin, options } = operation
    const kinds = [
      ...(takesInput(operation) ? [Errors['param.invalid']] : []),
      ...(isGuarded(options.config?.access) ? [Errors['auth.required']] : []),
      ...(options.config?.failures ?? (plugin === 'api-error' ? [] : (this.#errors?.kindsOf(plugin) ?? []))),
      Errors.internal
    ]
    return Object.fromEntries(kinds.map(kind => [kind.key, this.#refer(kind, answers)]))
  }

  #refer(entry: CatalogueEntry, { dialect, failureBody }: RouteAnswers): Example {
    const name = `${dialect}.${entry.key}`
    if (!this.#examples.has(name))
      this.#examples.set(name, {
        summary: `${entry.http} ${entry.title.en}`,
        value: failureBody(entry)
      })
    return { $ref: `#/components/examples/${name}` }
  }
}

function takesInput({ options, text, url }: Operation): boolean {
  const { body, querystring, query, headers } = Object(options.schema) as Readonly<Record<string, unknown>>
  const parameters = Object.keys(text?.parameters?.properties ?? {})
  const declared = [body, querystring, query, headers].some(each => each !== undefined)
  return declared || parameters.length > 0 || pathParameters(url).length > 0
}

/** Whether callers show a token in a header; other secrets have failures of their own. */
function isGuarded(access: string | undefined): boolean {
  return access !== undefined && /^(?:the |a )?(?:topic )?token\b/.test(access)
}
