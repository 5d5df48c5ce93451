import type { Invocation } from './invocation.ts'
import { metaOf } from '../core/plugin.ts'
import { ServerSettings } from '../resolve/server-settings.ts'
import { inputView, type SchemaNode } from '../settings/schema.ts'

/** `paifang schema`: what editors check and complete `paifang.config.yaml` with. */
export function schema({ options }: Invocation): void {
  process.stdout.write(`${JSON.stringify(configSchema(options.builtins), null, 2)}\n`)
}

/** The JSON Schema (draft-07) of the configuration file, for the plugins given. */
export function configSchema(plugins: readonly unknown[]): SchemaNode {
  const known = plugins.map(metaOf).filter(meta => meta !== undefined)
  const entries = known.map(({ name, description, config }) => [name, entry(description, config)] as const)
  const elsewhere = { type: 'object', required: ['use'], properties: own }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Paifang configuration',
    type: 'object',
    additionalProperties: false,
    properties: {
      server: inputView(ServerSettings),
      plugins: {
        type: 'object',
        description: 'A plugin that is named here is on.',
        properties: Object.fromEntries(entries),
        additionalProperties: { anyOf: [{ const: false }, elsewhere] }
      }
    }
  }
}

const own = {
  enabled: {
    type: 'boolean',
    description: 'False keeps the settings and switches the plugin off.',
    default: true
  },
  use: { type: 'string', description: 'A path relative to this file, or a package: the plugin to use.' }
}

function entry(description: string, config: SchemaNode): SchemaNode {
  const settings = { ...config, properties: { ...own, ...config.properties }, default: undefined }
  return { description, anyOf: [{ type: ['boolean', 'null'] }, settings] }
}
