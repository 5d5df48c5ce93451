/** A JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>

/** JSON Schemas of what a dialect writes. */
export interface BodySchemas {
  /** Of a success with this data. */
  readonly success: (data: Schema) => Schema
  readonly failure: Schema
}

export const string: Schema = { type: 'string' }
export const integer: Schema = { type: 'integer' }

/** Resources to look at next. */
export const relatedResources: Schema = {
  type: 'array',
  items: object({ url: string }, { get: string, post: string, put: string, patch: string, delete: string })
}

/** An object with these members, some of which may be missing, and no others. */
export function object(
  members: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {}
): Schema {
  return {
    type: 'object',
    properties: { ...members, ...optional },
    required: Object.keys(members),
    additionalProperties: false
  }
}
