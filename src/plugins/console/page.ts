import { html, Markup, type Content } from '../../core/index.ts'
import { failuresTable, figuresList, pluginsTable, routesTable, summaryOf } from './page-tables.ts'
import type { Snapshot } from './snapshot.ts'
import type { Link, Surroundings, Trial } from './surroundings.ts'
import { textsIn, type PageLanguage, type PageTexts } from './texts.ts'

/** Where a page is. */
export interface PagePlace {
  /** Path of the page's files and its stream. */
  readonly base: string
  /** Stands before the paths of the gateway: empty on the gateway itself; `undefined` while it listens nowhere. */
  readonly origin: string | undefined
}

/**
 * The page as it is now; its script keeps it so, and finds its texts in the data attributes of the body. It is no module:
 * browsers name the origin of who asks for one, and the admin listener refuses whoever has an origin.
 */
export function consolePage(
  language: PageLanguage,
  { base, origin }: PagePlace,
  now: Snapshot,
  { links, trials, routes }: Surroundings
): string {
  const text = textsIn(language)
  const texts = Object.entries(text.script).map(
    ([name, value]) => html` ${new Markup(`data-${name}`)}="${value}"`
  )
  const [lang, code, name] = language === 'zh' ? ['en', 'en', 'English'] : ['zh', 'zh-CN', '中文']
  const page = html`<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · Paifang</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/console.css">
        <script defer src="${base}/console.js"></script>
</head>
<body${texts} data-events="${base}/events">
<header>
<h1>Paifang <small>${text.title}</small></h1>
<p id="summary" role="status">${summaryOf(now.plugins, text)}</p>
<p id="connection" role="status"></p>
<a href="?lang=${lang}" lang="${code}">${name}</a>
</header>
<noscript><p>${text.noScript}</p></noscript>
<nav aria-label="${text.pages}"><ul>${links.map(link => linkTo(link, origin, text))}</ul></nav>
<main>
${section('plugins', text.plugins, pluginsTable(now.plugins, text))}
${section('figures', text.figures, figuresList(now.figures, text))}
${section('failures', text.failures, failuresTable(now.failures, text))}
${section(
  'trials',
  text.trials,
  html`<p>${text.trialsNote}</p>
    ${trials.map(trial => trialForm(trial, origin, text))}`
)}
${section('routes', text.routes, routesTable(routes, text))}
</main>
</body>
</html>
`
  return page.text
}

function section(id: string, heading: string, content: Content): Markup {
  return html`<section aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">${heading}</h2>
    ${content}
  </section>`
}

function linkTo({ href, name }: Link, origin: string | undefined, text: PageTexts): Markup {
  const url = URL.canParse(href) ? href : origin === undefined ? undefined : origin + href
  return url === undefined
    ? html`<li>${text.link[name]} <code>${href}</code></li>`
    : html`<li><a href="${url}">${text.link[name]}</a></li>`
}

/** Without scripts the browser goes to the answer. A body can be sent by the script alone. */
function trialForm(
  { method, path, summary, body }: Trial,
  origin: string | undefined,
  text: PageTexts
): Markup {
  if (origin === undefined || (body !== undefined && origin !== '')) return html``
  const attributes = body === undefined ? html`method="get"` : html`method="post" data-body="${body}" hidden`
  return html`<form action="${origin}${path}" ${attributes}>
    <code>${method} ${path}</code> <span>${summary}</span>
    <button aria-label="${text.send}: ${method} ${path}">${text.send}</button>
    <output aria-label="${text.answer}" hidden></output>
  </form> `
}
