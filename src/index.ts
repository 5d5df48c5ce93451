import { createGateway as create, type GatewayOptions } from './core/index.ts'
import { builtins } from './server.ts'
import type { FastifyInstance } from 'fastify'

export {
  addUpgradeRoute,
  Clock,
  definePlugin,
  Histogram,
  labelled,
  optional,
  plain,
  problemCodes,
  service,
  single,
  StartupError,
  systemClock
} from './core/index.ts'
export type {
  AnswerListener,
  App,
  CheckContext,
  GatewayInfo,
  GatewayOptions,
  GatewayPlugin,
  Health,
  HistogramSnapshot,
  Metric,
  OptionalService,
  PluginDefinition,
  PluginHealth,
  PluginStatus,
  Problem,
  ProblemCode,
  RouteInfo,
  Service,
  SettingProblem,
  Settings,
  SetupContext,
  Timer,
  Upgrade,
  UpgradeRoute
} from './core/index.ts'
export {
  ApiError,
  ApiErrors,
  defineErrors,
  Errors as CommonErrors,
  result
} from './plugins/api-error/service.ts'
export type {
  CatalogueEntry,
  DialectName,
  ErrorContext,
  ErrorDefinition,
  FieldFault,
  HandlerWrap,
  Locale,
  Related,
  RelatedSource,
  ResultExtras,
  ValueTransform
} from './plugins/api-error/service.ts'
export * from './plugins/cache/service.ts'
export * from './plugins/click-stats/service.ts'
export * from './plugins/console/service.ts'
export * from './plugins/crypto-envelope/service.ts'
export * from './plugins/customs179/service.ts'
export * from './plugins/database/service.ts'
export * from './plugins/fetch-workers/service.ts'
export * from './plugins/file-routes/service.ts'
export * from './plugins/http-client/service.ts'
export * from './plugins/im-ws-gateway/service.ts'
export * from './plugins/metrics/service.ts'
export * from './plugins/openapi/service.ts'
export * from './plugins/related/service.ts'
export * from './plugins/sessions/service.ts'
export * from './plugins/sign-bridge/service.ts'
export * from './plugins/sign-simulator/service.ts'
export * from './plugins/sse-hub/service.ts'
export * from './plugins/state/service.ts'
export * from './plugins/telemetry/service.ts'
export * from './plugins/term/service.ts'
export * from './plugins/token-auth/service.ts'
export * from './plugins/wechat-scan/service.ts'
export * from './plugins/wechat-simulator/service.ts'
export { startWechatSimulator } from './plugins/wechat-simulator/simulator.ts'
export type { RunningWechatSimulator, WechatSimulatorOptions } from './plugins/wechat-simulator/simulator.ts'
export * from './testing/index.ts'
export { builtins }
export { Type, type Static } from 'typebox'

/**
 * Makes a gateway: a Fastify instance with the plugins of its configuration, the built-in ones by name, ready to
 * `listen` or `inject`. Its `close()` is graceful.
 * @throws {StartupError} with every problem, when the configuration is at fault or plugins fail
 */
export function createGateway(options: GatewayOptions = {}): Promise<FastifyInstance> {
  return create({ builtins, ...options })
}
