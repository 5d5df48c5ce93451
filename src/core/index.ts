export { Clock, systemClock, type Timer } from './clock.ts'
export { createGateway, type GatewayInfo, type GatewayOptions } from './gateway.ts'
export type { AddedRoute, RouteInfo } from './lifecycle.ts'
export type { Health, PluginHealth } from '../operations/health.ts'
export { addDays, calendarOf, daysBetween, isTimeZone, type Calendar } from './calendar.ts'
export { allowForms, isForm, type FormLimit } from './forms.ts'
export { harmlessHeaders } from './harmless-headers.ts'
export { isProduction } from './is-production.ts'
export { hostFault, HostList, targetOf, type Target } from './host-list.ts'
export type { AnswerListener } from '../operations/logging.ts'
export { isLocalPeer, networkOf, whenGone } from '../operations/peer.ts'
export { Drain, type DrainPlan } from './drain.ts'
export { definePlugin } from './plugin.ts'
export type {
  App,
  CheckContext,
  GatewayPlugin,
  PluginDefinition,
  SettingProblem,
  Settings,
  SetupContext
} from './plugin.ts'
export { optional, service, type OptionalService, type Service } from './service.ts'
export type { PluginStatus } from './start.ts'
export { sideListener } from './side-listener.ts'
export { addUpgradeRoute, type Upgrade, type UpgradeRoute } from './upgrade.ts'
export { watchRoutes } from './watch-routes.ts'
export { turnMs, Wheel, type Timed } from './wheel.ts'
export { problemCodes, StartupError, type Problem, type ProblemCode } from '../settings/problems.ts'
export { inputView, validate } from '../settings/schema.ts'
export {
  requestCompiler,
  type RequestCompiler,
  type RequestPart,
  type RequestValidator
} from './request-validation.ts'
export { makeKeyFile, readKeyFile } from './key-file.ts'
export { keepOverReloads } from './keep-over-reloads.ts'
export { localOrigin } from './local-origin.ts'
export { makeDirectory } from './make-directory.ts'
export { Histogram, labelled, plain, single, type HistogramSnapshot, type Metric } from './metric.ts'
export { html, Markup, type Content } from './markup.ts'
export { pagePolicy } from './page-policy.ts'
export { pageTheme } from './page-theme.ts'
