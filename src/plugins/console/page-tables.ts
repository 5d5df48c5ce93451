import { html, type Content, type Markup } from '../../core/index.ts'
import type { RecentFailure } from './service.ts'
import type { Figures, PluginNow } from './snapshot.ts'
import type { RouteRow } from './surroundings.ts'
import { fill, type PageTexts } from './texts.ts'

/** How all plugins are, in a line. */
export function summaryOf(plugins: readonly PluginNow[], { script }: PageTexts): string {
  const down = plugins.filter(({ health }) => health === 'down').map(({ id }) => id)
  const counts = { all: plugins.length, down: down.length, names: down.join(', ') }
  return fill(down.length === 0 ? script.well : script.unwell, counts)
}

/** The plugins, in the order in which they started. */
export function pluginsTable(plugins: readonly PluginNow[], text: PageTexts): Markup {
  const rows = plugins.map(
    ({ id, health, reason, state, ms, version }) =>
      html`<tr data-key="${id}" data-health="${health}">
        <th scope="row">${id} <small>${version}</small></th>
        <td>
          <b class="health">${text.script[health === 'ok' ? 'up' : 'down']}</b>
          <span class="reason">${reason}</span>
        </td>
        <td>${text.states[state]}, ${ms} ms</td>
      </tr>`
  )
  return table('plugins', [text.plugin, text.health, text.start], rows)
}

/** What is known of the figures. */
export function figuresList(figures: Figures, text: PageTexts): Markup {
  const keys = Object.keys(text.figure) as (keyof Figures)[]
  const items = keys.map(
    key =>
      html`<div>
        <dt>${text.figure[key]}</dt>
        <dd data-key="${key}">${figures[key] ?? '–'}</dd>
      </div>`
  )
  return html`<dl id="figures">${items}</dl>`
}

/** The last failures. The script writes rows as this does. */
export function failuresTable(failures: readonly RecentFailure[], text: PageTexts): Markup {
  const rows = failures.map(({ number, at, method, route, http, key, requestId }) => {
    const time = new Date(at).toISOString()
    return html`<tr data-key="${number}" data-http="${String(http).slice(0, 1)}">
      <td><time datetime="${time}">${time.slice(0, 19).replace('T', ' ')}</time></td>
      <td>${key ?? '–'}</td>
      <td><b>${http}</b></td>
      <td><code>${method} ${route ?? text.script.noroute}</code></td>
      <td><code>${requestId}</code></td>
    </tr>`
  })
  return html`<p>
      ${text.failuresNote}
      <span id="none" ${failures.length > 0 ? html`hidden` : ''}>${text.noFailures}</span>
    </p>
    <p id="news" role="status"></p>
    ${table('failures', [text.time, text.kind, text.status, text.route, text.requestId], rows)}`
}

/** All routes, and who may call them. */
export function routesTable(routes: readonly RouteRow[], text: PageTexts): Markup {
  const rows = routes.map(
    ({ method, url, plugin, access, summary }) =>
      html`<tr>
        <td>${method}</td>
        <td><code>${url}</code> <span>${summary}</span></td>
        <td>${plugin ?? text.kernel}</td>
        <td>${access}</td>
      </tr>`
  )
  return table('routes', [text.method, text.path, text.plugin, text.access], rows)
}

/** A table that can be scrolled with the keyboard as well. */
function table(id: string, columns: readonly string[], rows: Content): Markup {
  const heads = columns.map(column => html`<th scope="col">${column}</th>`)
  return html`<div class="wide" role="region" aria-labelledby="${id}-heading" tabindex="0">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody id="${id}">
        ${rows}
      </tbody>
    </table>
  </div>`
}
