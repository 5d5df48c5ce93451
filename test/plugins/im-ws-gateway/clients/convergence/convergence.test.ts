import { startGateway } from '../gateway.ts'
import { convergenceSuite } from './convergence.suite.ts'

/** `PAIFANG_TEST_IM_RUNS=1000` for a long run. */
const runs = Number(process.env['PAIFANG_TEST_IM_RUNS'] ?? 30)

convergenceSuite(startGateway, runs)
