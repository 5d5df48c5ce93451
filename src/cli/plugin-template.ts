/** The files of a new plugin, how to test it, and how to switch it on. */
export interface Template {
  readonly files: Readonly<Record<string, string>>
  readonly test: string
  readonly use: string
}

const pascal = (name: string): string =>
  name.replaceAll(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())
const camel = (name: string): string => pascal(name).replace(/^./, letter => letter.toLowerCase())

/** A built-in plugin: TypeScript under `src/plugins`, a vitest test under `test/plugins`. */
export function sourceTemplate(name: string): Template {
  const [folder, token] = [`src/plugins/${name}`, pascal(name)]
  return {
    files: {
      [`${folder}/config.ts`]: `import { Type } from 'typebox'

/** The settings of ${name}. */
export const Config = Type.Object({
  greeting: Type.String({ description: 'The word to greet with.', default: 'Hello', minLength: 1 })
})
`,
      [`${folder}/service.ts`]: `import { service } from '../../core/index.ts'

/** What other plugins may ask of ${name}. */
export interface ${token} {
  /** Greets somebody by name. */
  greet(name: string): string
}

export const ${token} = service<${token}>('${camel(name)}')
`,
      [`${folder}/index.ts`]: `import { Type } from 'typebox'
import { definePlugin } from '../../core/index.ts'
import { Config } from './config.ts'
import { ${token} } from './service.ts'

const Query = Type.Object({ name: Type.String({ default: 'world', maxLength: 100 }) })
const Answer = Type.Object({ greeting: Type.String() })

export default definePlugin({
  name: '${name}',
  description: 'Greets.',
  config: Config,
  provides: ${token},
  setup(app, { config }) {
    const greet = (name: string): string => \`\${config.greeting}, \${name}!\`
    app.get('/${name}', { schema: { querystring: Query, response: { 200: Answer } } }, request => {
      return { greeting: greet(request.query.name) }
    })
    return { greet }
  }
})
`,
      [`${folder}/README.md`]: `# ${name}

Greets. \`curl 'http://127.0.0.1:3000/${name}?name=you'\`
`,
      [`test/plugins/${name}/${name}.test.ts`]: `import { expect, test } from 'vitest'
import plugin from '../../../src/plugins/${name}/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'

test('greets by name, with the word from the settings', async () => {
  await using app = await testPlugin(plugin, { config: { greeting: 'Hi' } })
  const response = await app.inject('/${name}?name=you')
  expect(response.json()).toEqual({ greeting: 'Hi, you!' })
  expect(app.service.greet('all')).toBe('Hi, all!')
})
`
    },
    test: `npx vitest run test/plugins/${name}`,
    use: `add it to \`builtins\` in src/server.ts, and \`${name}: true\` under plugins in paifang.config.yaml`
  }
}

/** A plugin of somebody's own: a JavaScript module and a test for Node's own runner. */
export function packageTemplate(name: string): Template {
  const folder = `plugins/${name}`
  return {
    files: {
      [`${folder}/index.mjs`]: `// @ts-check
import { definePlugin, service, Type } from 'paifang'

/**
 * What other plugins may ask of ${name}.
 * @typedef {{ greet(name: string): string }} ${pascal(name)}
 */

/** @type {import('paifang').Service<${pascal(name)}>} */
export const ${pascal(name)} = service('${camel(name)}')

const Query = Type.Object({ name: Type.String({ default: 'world', maxLength: 100 }) })
const Answer = Type.Object({ greeting: Type.String() })

export default definePlugin({
  name: '${name}',
  description: 'Greets.',
  config: Type.Object({
    greeting: Type.String({ description: 'The word to greet with.', default: 'Hello', minLength: 1 })
  }),
  provides: ${pascal(name)},
  setup(app, { config }) {
    /** @param {string} name */
    const greet = name => \`\${config.greeting}, \${name}!\`
    app.get('/${name}', { schema: { querystring: Query, response: { 200: Answer } } }, request => {
      return { greeting: greet(request.query.name) }
    })
    return { greet }
  }
})
`,
      [`${folder}/index.test.mjs`]: `// @ts-check
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlugin } from 'paifang'
import plugin from './index.mjs'

test('greets by name, with the word from the settings', async () => {
  const app = await testPlugin(plugin, { config: { greeting: 'Hi' } })
  try {
    const response = await app.inject('/${name}?name=you')
    assert.deepEqual(response.json(), { greeting: 'Hi, you!' })
    assert.equal(app.service.greet('all'), 'Hi, all!')
  } finally {
    await app.close()
  }
})
`
    },
    test: `node --test ${folder}/index.test.mjs`,
    use: `\`${name}: { use: ./${folder}/index.mjs }\` under plugins in your configuration`
  }
}
