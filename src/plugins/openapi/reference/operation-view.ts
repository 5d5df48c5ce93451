import { html, type Content, type Markup } from '../../../core/index.ts'
import type { CatalogueEntry } from '../../api-error/service.ts'
import type { OpenApiDocument } from '../service.ts'
import {
  anchorOf,
  exampleOf,
  exampleText,
  failuresIn,
  type Body,
  type Media,
  type Parameter,
  type ShownOperation
} from './media.ts'
import { prose, schemaView, typeLine, type Marked } from './schema-view.ts'
import { tryForm } from './try-form.ts'
import type { ReferenceTexts } from './texts.ts'

/** What operations are shown with. */
export interface OperationContext {
  readonly document: OpenApiDocument
  readonly text: ReferenceTexts
  readonly kinds: ReadonlyMap<string, CatalogueEntry>
}

/** An operation, with all that the document says of it, and a form to try it. */
export function operationView(shown: ShownOperation, context: OperationContext): Markup {
  const { method, path, operation } = shown
  const { summary = '', parameters = [], requestBody, responses } = operation
  const { text } = context
  const id = anchorOf(operation)
  const description = (operation as { readonly description?: string }).description
  return html`<article
    id="${id}"
    aria-labelledby="${id}-heading"
    data-words="${method} ${path} ${summary} ${id}"
  >
    <h3 id="${id}-heading">
      <span class="method" data-method="${method}">${method}</span> <code>${path}</code>
    </h3>
    <p class="summary">${prose(summary)}</p>
    ${description === undefined ? undefined : html`<p>${prose(description)}</p>`} ${accessLine(shown, text)}
    ${parametersTable(parameters as unknown as readonly Parameter[], id, text)}
    ${requestBody ? bodyView(requestBody, context) : undefined}
    <h4>${text.answers}</h4>
    ${Object.entries(responses).map(([status, response]) => answerView(status, response as Body, context))}
    ${tryForm(shown, text)}
  </article>`
}

function accessLine({ operation }: ShownOperation, text: ReferenceTexts): Content {
  const { 'x-access': access, 'x-envelope': envelope } = operation
  return [
    access === undefined ? undefined : html`<p class="access">${text.access}: ${access}</p>`,
    envelope === undefined ? undefined : html`<p>${text.envelope(envelope)}</p>`
  ]
}

function parametersTable(parameters: readonly Parameter[], id: string, text: ReferenceTexts): Content {
  if (parameters.length === 0) return undefined
  return html`<h4 id="${id}-parameters">${text.parameters}</h4>
    <div class="wide" tabindex="0" role="region" aria-labelledby="${id}-heading ${id}-parameters">
      <table>
        <thead>
          <tr>
            <th scope="col">${text.name}</th>
            <th scope="col">${text.where}</th>
            <th scope="col">${text.meaning}</th>
          </tr>
        </thead>
        <tbody>
          ${parameters.map(
            parameter =>
              html`<tr>
                <th scope="row">
                  <code>${parameter.name}</code>
                  ${parameter.required ? html`<b>${text.required}</b>` : undefined}
                </th>
                <td>${text.places[parameter.in] ?? parameter.in}</td>
                <td>
                  ${typeLine(Object(parameter.schema) as object, text)}
                  ${prose(parameter.description)}${exampleLine(parameter, text)}
                </td>
              </tr>`
          )}
        </tbody>
      </table>
    </div>`
}

function exampleLine(parameter: Parameter, text: ReferenceTexts): Content {
  const example = exampleOf(parameter)
  return example === undefined ? undefined : html` ${text.example}: <code>${exampleText(example, '')}</code>`
}

function bodyView({ content = {}, required = false }: Body, context: OperationContext): Markup {
  const { text } = context
  return html`<h4>${text.body}${required ? undefined : html` <small>${text.optional}</small>`}</h4>
    ${Object.entries(content).map(([type, media]) => mediaView(type, media, 'required', context))}`
}

function answerView(status: string, { description, content }: Body, context: OperationContext): Markup {
  const { text } = context
  const name = status === 'default' ? text.failures : status
  return html`<div class="answer">
    <h5>${name} ${status === 'default' ? undefined : html`<small>${description}</small>`}</h5>
    ${
      content
        ? Object.entries(content).map(([type, media]) => mediaView(type, media, 'optional', context))
        : html`<p>${text.noContent}</p>`
    }
  </div>`
}

function mediaView(
  type: string,
  media: Media,
  marked: Marked,
  { document, text, kinds }: OperationContext
): Markup {
  const { keys, example: failure } = failuresIn(media, document)
  const own = exampleOf(media)
  return html`<p><code>${type}</code></p>
    ${schemaView(media.schema, marked, text)} ${own === undefined ? undefined : exampleBlock(own, type, text)}
    ${
      keys.length === 0
        ? undefined
        : html`<details>
            <summary>${text.failures} (${keys.length})</summary>
            <p>${text.failuresNote}</p>
            <table>
              <thead>
                <tr>
                  <th scope="col">${text.kind}</th>
                  <th scope="col">${text.status}</th>
                  <th scope="col">${text.meaning}</th>
                </tr>
              </thead>
              <tbody>
                ${keys.map(key => failureRow(key, kinds.get(key), text))}
              </tbody>
            </table>
            ${failure === undefined ? undefined : exampleBlock(failure, type, text)}
          </details>`
    }`
}

function failureRow(key: string, kind: CatalogueEntry | undefined, text: ReferenceTexts): Markup {
  return html`<tr>
    <th scope="row"><code>${key}</code></th>
    <td>${kind?.http}</td>
    <td>${kind?.title[text.lang === 'en' ? 'en' : 'zh-CN']}</td>
  </tr>`
}

function exampleBlock(example: unknown, type: string, text: ReferenceTexts): Markup {
  return html`<figure>
    <figcaption>${text.example}</figcaption>
    <pre>${exampleText(example, type)}</pre>
  </figure>`
}
