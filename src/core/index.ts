export { Clock, systemClock, type Timer } from './clock.ts'
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
