import { afterEach, expect, test, vi } from 'vitest'
import { createGateway } from '../../../src/index.ts'
import { asksForTraces, otherProtocol } from '../../../src/plugins/telemetry/environment.ts'
import telemetry from '../../../src/plugins/telemetry/index.ts'
import { loadPackages } from '../../../src/plugins/telemetry/packages.ts'
import { Telemetry } from '../../../src/plugins/telemetry/service.ts'

vi.mock('@opentelemetry/sdk-trace-node', () => {
  throw new Error('the SDK was loaded')
})

afterEach(() => vi.unstubAllEnvs())

const start = (lines: string[] = []) =>
  createGateway({
    builtins: [telemetry],
    env: {},
    logDestination: { write: line => void lines.push(line) },
    config: { plugins: { telemetry: true } }
  })

test('without an endpoint in the environment nothing is loaded, and there is nothing but the work', async () => {
  const app = await start()
  const idle = app.getDecorator<Telemetry>(Telemetry.name)
  expect(idle.active).toBe(false)
  expect(idle.propagation()).toEqual({})
  idle.event('x', {})
  idle.record('x', { from: 0, to: 1 }, {})
  const work = idle.span('x', {}, async span => {
    span.set({ a: 1 })
    span.fail(new Error('of the work'))
    return 7
  })
  expect(await work).toBe(7)
  expect(await app.gateway.metrics()).toEqual([])
  await app.close()

  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318')
  await expect(start()).rejects.toThrow('mocking a module')
})

test('a package that is not there ends the start with what to install', async () => {
  const missing = Object.assign(new Error("Cannot find package '@opentelemetry/api'"), {
    code: 'ERR_MODULE_NOT_FOUND'
  })
  await expect(loadPackages(() => Promise.reject(missing))).rejects.toThrow(
    /^OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and a package .* npm install @opentelemetry\/api@1\.9 /
  )
  const broken = new Error('a syntax error')
  await expect(loadPackages(() => Promise.reject(broken))).rejects.toBe(broken)
})

test.each<[NodeJS.ProcessEnv, boolean]>([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
  [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'TRUE' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_EXPORTER: 'none' }, false]
])('%j asks for traces: %s', (env, asks) => {
  expect(asksForTraces(env)).toBe(asks)
})

test('an endpoint that is no URL ends the start, and is not repeated', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'collector.s3cret:4318')
  const failure = start()
  await expect(failure).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL')
  await expect(failure).rejects.not.toThrow('s3cret')
})

test('a protocol that is not spoken is named', () => {
  expect(otherProtocol({})).toBeUndefined()
  expect(otherProtocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).toBeUndefined()
  expect(otherProtocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toBe('grpc')
  const both = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }
  expect(otherProtocol(both)).toBeUndefined()
})
