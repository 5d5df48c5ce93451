import type { App } from './plugin.ts'

const type = 'application/x-www-form-urlencoded'

/**
 * Lets the routes of `app` take forms. A field that comes twice becomes a list, which no schema of a text takes.
 */
export function allowForms(app: App): void {
  if (app.hasContentTypeParser(type)) return
  app.addContentTypeParser(type, { parseAs: 'string' }, (_, body, done) => {
    const form = new URLSearchParams(body.toString())
    const fields = [...new Set(form.keys())].map(name => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? values[0] : values] as const
    })
    done(null, Object.fromEntries(fields))
  })
}
