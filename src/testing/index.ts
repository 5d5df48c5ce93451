export { fakeClock, type FakeClock } from './fake-clock.ts'
export { testPlugin, type TestGateway, type TestPluginOptions } from './test-plugin.ts'
