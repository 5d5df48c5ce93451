import { expect, test } from 'vitest'
import { problemCodes, StartupError, type ProblemCode } from '../../src/settings/problems.ts'

const codes = Object.keys(problemCodes) as ProblemCode[]

test('the exit code is 1 for what fails at run time, and 78 for the configuration', () => {
  const exitCodes = codes.map(code => [code, new StartupError([{ code, where: 'x', message: 'y' }]).exitCode])
  const runTime = exitCodes.filter(([, exitCode]) => exitCode === 1).map(([code]) => code)
  expect(runTime).toEqual(['PLUGIN_FAILED', 'PLUGIN_TIMEOUT', 'LISTEN_FAILED'])
  expect(exitCodes.filter(([, exitCode]) => exitCode === 78)).toHaveLength(codes.length - 3)
})

test('a failure at run time decides the exit code among several problems', () => {
  const problems = (['CONFIG_MISSING', 'PLUGIN_FAILED'] as const).map(code => ({
    code,
    where: 'x',
    message: 'y'
  }))
  expect(new StartupError(problems).exitCode).toBe(1)
})

test('the report numbers the problems and indents what has several lines', () => {
  const { message } = new StartupError([
    {
      code: 'CONFIG_BAD_VALUE',
      where: 'server.port',
      position: 'a.yaml:2:3',
      message: 'is wrong',
      hint: 'fix it'
    },
    { code: 'PLUGIN_FAILED', where: 'plugins.cache', message: 'first line\nsecond line' }
  ])
  expect(message).toBe(`The gateway cannot start: 2 problems

  1. server.port  (a.yaml:2:3)
     is wrong [CONFIG_BAD_VALUE]
     → fix it
  2. plugins.cache
     first line
     second line [PLUGIN_FAILED]`)
})

test('one problem is one problem', () => {
  const { message } = new StartupError([{ code: 'CONFIG_MISSING', where: 'x', message: 'y' }])
  expect(message).toContain('cannot start: 1 problem\n')
})
