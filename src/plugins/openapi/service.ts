import { service } from '../../core/index.ts'

/** One method of a path, as far as others look into it. */
export interface OpenApiOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary?: string
  readonly parameters?: readonly Readonly<Record<string, unknown>>[]
  readonly requestBody?: Readonly<Record<string, unknown>>
  /** By status. */
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  /** Who may call it, as its route says. */
  readonly 'x-access'?: string
  /** The envelope (`crypto-envelope`) that its bodies and answers are sealed with. */
  readonly 'x-envelope'?: string
}

/** A document in OpenAPI 3.1. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly servers?: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  /** By path, `/orders/{id}`, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>
    readonly examples?: Readonly<Record<string, unknown>>
    readonly securitySchemes?: Readonly<Record<string, unknown>>
  }
}

/** A description of the gateway's routes for machines. */
export interface OpenApi {
  /** The document, made when it is first asked for, once the gateway is ready. */
  document(): Promise<OpenApiDocument>
}

export const OpenApi = service<OpenApi>('openApi')
