/** The standard variables that say where traces go. */
const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const

/**
 * Whether the environment asks for traces: it names an endpoint, and neither `OTEL_SDK_DISABLED` nor `OTEL_TRACES_EXPORTER=none`
 * takes that back.
 * @throws {Error} naming the variable, when its value is no URL of http or https
 */
export function asksForTraces(env: NodeJS.ProcessEnv): boolean {
  const named = endpoints.filter(name => (env[name] ?? '').trim() !== '')
  if (named.length === 0) return false
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none')
    return false
  const wrong = named.find(name => !isWebUrl((env[name] ?? '').trim()))
  if (wrong !== undefined) throw new Error(`${wrong} is no http or https URL; write http://127.0.0.1:4318`)
  return true
}

/** The protocol that the environment asks for, where it is one that is not spoken here; JSON over HTTP is. */
export function otherProtocol(env: NodeJS.ProcessEnv): string | undefined {
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? ''
  return protocol === '' || protocol === 'http/json' ? undefined : protocol
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
