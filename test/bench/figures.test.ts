import { describe, expect, test } from 'vitest'
import { judge, median, percentile, table, type Figure } from '../../bench/figures.ts'

const figure: Figure = { name: 'a thing', unit: 'ms', value: 4, limit: { atMost: 5 } }

describe('percentile', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [0.995, 100],
    [1, 100]
  ])('the share %f of 1…100 does not exceed %i', (share, value) => {
    expect(percentile(samples, share)).toBe(value)
  })

  test('one sample is every percentile, and none is no number', () => {
    expect([percentile([7], 0), median([7]), percentile([7], 1)]).toEqual([7, 7, 7])
    expect(median([])).toBeNaN()
  })
})

describe('a verdict', () => {
  test('is PASS up to the limit and FAIL beyond it', () => {
    expect(judge({ ...figure, value: 5 })).toBe('PASS')
    expect(judge({ ...figure, value: 5.01 })).toBe('FAIL')
    expect(judge({ ...figure, limit: { atLeast: 4 } })).toBe('PASS')
    expect(judge({ ...figure, limit: { atLeast: 4.01 } })).toBe('FAIL')
  })

  test('is FAIL for what is no number', () => {
    expect(judge({ ...figure, value: NaN })).toBe('FAIL')
    expect(judge({ ...figure, value: NaN, limit: { atLeast: 4 } })).toBe('FAIL')
  })

  test('is withheld when the machine was too noisy, or nobody could tell', () => {
    expect(judge({ ...figure, noise: { value: 2.5, atMost: 2.5 } })).toBe('PASS')
    expect(judge({ ...figure, noise: { value: 2.6, atMost: 2.5 } })).toBe('too noisy to judge')
    expect(judge({ ...figure, noise: { value: NaN, atMost: 2.5 } })).toBe('too noisy to judge')
  })

  test('is not given without a limit', () => {
    const { limit: _, ...told } = figure
    expect(judge(told)).toBe('')
  })
})

test('the table has a line for each figure, with its columns under each other', () => {
  const second: Figure = { ...figure, name: 'b', value: 123.456, floor: 0.5, limit: { atLeast: 1 } }
  expect(table([figure, second])).toBe(
    [
      'figure   value  floor  limit  noise  unit  verdict',
      'a thing      4          <= 5         ms    PASS',
      'b        123.5  0.500   >= 1         ms    PASS',
      ''
    ].join('\n')
  )
})
