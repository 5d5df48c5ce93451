import { html, Markup, type Content } from '../../../core/index.ts'
import type { CatalogueEntry } from '../../api-error/service.ts'
import type { OpenApiDocument } from '../service.ts'
import { anchorOf, operationsByTag, type ShownOperation } from './media.ts'
import { operationView } from './operation-view.ts'
import { prose, schemaView } from './schema-view.ts'
import { textsIn, type ReferenceLanguage, type ReferenceTexts } from './texts.ts'

/** What the page shows, and where it is. */
export interface ReferenceParts {
  readonly document: OpenApiDocument
  readonly kinds: readonly CatalogueEntry[]
  /** Path of the page; its files are below. */
  readonly path: string
  /** Path of the document. */
  readonly documentPath: string
  /** Where the gateway is, when the page is elsewhere; it sends nothing there, but writes curl lines. */
  readonly origin?: string
}

/**
 * The reference page. Without its script all is there but the search and the forms. It names its files by where they are from
 * it, so that it may lie behind a proxy that strips a prefix.
 */
export function referencePage(language: ReferenceLanguage, parts: ReferenceParts): string {
  const { document, path, documentPath, origin } = parts
  const text = textsIn(language)
  const context = { document, text, kinds: new Map(parts.kinds.map(kind => [kind.key, kind])) }
  const tags = operationsByTag(document).filter(([, operations]) => operations.length > 0)
  const scriptTexts = Object.entries(text.script).map(
    ([name, value]) => html` ${new Markup(`data-${name}`)}="${value}"`
  )
  const [lang, code, name] = language === 'zh' ? ['en', 'en', 'English'] : ['zh', 'zh-CN', '中文']
  const files = path.replace(/^.*\//, '')
  const { title, version, description } = document.info
  const page = html`<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · ${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files}/reference.css">
        <script defer src="${files}/reference.js"></script>
</head>
<body${scriptTexts} data-page="${path}"${origin === undefined ? undefined : html` data-origin="${origin}"`}>
<a class="skip" href="#operations">${text.skip}</a>
<header>
<h1>${title} <small>${text.title} · v${version}</small></h1>
${origin === undefined ? html`<a href="${relative(path, documentPath)}">${text.document}</a>` : undefined}
<a href="?lang=${lang}" lang="${code}" hreflang="${code}">${name}</a>
</header>
${description === undefined ? undefined : html`<p>${prose(description)}</p>`}
<div class="columns">
<nav aria-label="${text.operations}">
<search hidden><label for="search">${text.search}</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" aria-controls="operations">
<p id="found" role="status"></p></search>
${tags.map(([tag, operations]) => tagLinks(tag, operations))}
</nav>
<main id="operations" tabindex="-1">
${credentials(document, text)}
${tags.map(
  ([tag, operations], index) =>
    html`<section aria-labelledby="tag-${index}" data-tag="${tag}">
      <h2 id="tag-${index}">${tag}</h2>
      ${operations.map(shown => operationView(shown, context))}
    </section>`
)}
${schemas(document, text)}
</main>
</div>
</body>
</html>
`
  return page.text
}

function tagLinks(tag: string, operations: readonly ShownOperation[]): Markup {
  return html`<section data-tag="${tag}">
    <h2>${tag}</h2>
    <ul>
      ${operations.map(
        ({ method, path, operation }) =>
          html`<li data-for="${anchorOf(operation)}">
            <a href="#${anchorOf(operation)}"
              ><span class="method" data-method="${method}">${method}</span> ${operation.summary ?? path}</a
            >
          </li>`
      )}
    </ul>
  </section>`
}

/** What callers may show; the script sends it with what is tried. */
function credentials({ components }: OpenApiDocument, text: ReferenceTexts): Markup {
  const named = Object.entries(components.securitySchemes ?? {}).map(
    ([name, scheme]) => [name, Object(scheme) as { readonly type?: string; readonly name?: string }] as const
  )
  const keys = named.filter(([, { type }]) => type === 'apiKey')
  return html`<section id="credentials" aria-labelledby="credentials-heading" hidden>
    <h2 id="credentials-heading">${text.credentials}</h2>
    <p>${text.credentialsNote}</p>
    ${credential('bearer', 'authorization', text.bearer)}
    ${keys.map(([name, { name: header = name }]) => credential(name, header, header))}
  </section>`
}

function credential(scheme: string, header: string, label: Content): Markup {
  return html`<p>
    <label for="credential-${scheme}"><code>${label}</code></label>
    <input
      id="credential-${scheme}"
      type="password"
      data-scheme="${scheme}"
      data-header="${header}"
      autocomplete="off"
      spellcheck="false"
    />
  </p>`
}

function schemas({ components }: OpenApiDocument, text: ReferenceTexts): Content {
  const named = Object.entries(components.schemas)
  if (named.length === 0) return undefined
  return html`<section aria-labelledby="schemas-heading">
    <h2 id="schemas-heading">${text.schemas}</h2>
    ${named.map(
      ([name, schema]) =>
        html`<article id="schema-${name}" class="named">
          <h3>${name}</h3>
          ${schemaView(schema, 'optional', text)}
        </article>`
    )}
  </section>`
}

/** How a page at one path names another path. */
function relative(from: string, to: string): string {
  const up = from.split('/').length - 2
  return `${'../'.repeat(up)}${to.slice(1)}`
}
