import { html, type Content, type Markup } from '../../../core/index.ts'
import { anchorOf, exampleOf, exampleText, type Body, type Parameter, type ShownOperation } from './media.ts'
import type { ReferenceTexts } from './texts.ts'

/** A form that the script of the page shows: it writes the curl line, and sends the request where it may. */
export function tryForm({ method, path, operation }: ShownOperation, text: ReferenceTexts): Content {
  const { parameters = [], requestBody, security = [] } = operation
  const id = anchorOf(operation)
  // Nobody seals a body by hand.
  if (operation['x-envelope'] !== undefined) return undefined
  const isOptional = security.some(each => Object.keys(each).length === 0)
  const schemes = isOptional ? [] : security.flatMap(Object.keys)
  const access = operation['x-access'] ?? 'public'
  const credentials = [...schemes, ...(/^public\b/.test(access) ? [] : ['bearer'])]
  return html`<details class="try" hidden>
    <summary>${text.tryIt}<span class="unseen">: ${method} ${path}</span></summary>
    <form
      data-method="${method}"
      data-path="${path}"
      data-credentials="${[...new Set(credentials)].join(' ')}"
    >
      <p>${text.tryNote}</p>
      ${(parameters as unknown as readonly Parameter[]).map(parameter => field(parameter, id, text))}
      ${requestBody ? bodyField(requestBody, id, text) : undefined}
      <p>
        <button type="submit">${text.send}</button>
        <button type="button" name="stop" hidden>${text.stop}</button>
      </p>
      <figure>
        <figcaption>${text.curl}</figcaption>
        <pre class="curl"></pre>
        <button type="button" name="copy" aria-label="${text.copy}: ${text.curl}">${text.copy}</button>
      </figure>
      <output aria-label="${text.answer}" tabindex="0" hidden></output>
    </form>
  </details>`
}

function field(parameter: Parameter, id: string, text: ReferenceTexts): Markup {
  const { name, in: place, required = false } = parameter
  const example = exampleOf(parameter)
  const value = required && example !== undefined ? exampleText(example, '') : ''
  return html`<p>
    <label for="${id}-${place}-${name}"
      ><code>${name}</code> <small>${text.places[place] ?? place}</small></label
    >
    <input
      id="${id}-${place}-${name}"
      data-in="${place}"
      data-name="${name}"
      value="${value}"
      placeholder="${example === undefined ? '' : exampleText(example, '')}"
      autocomplete="off"
      spellcheck="false"
      aria-required="${String(required)}"
    />
  </p>`
}

function bodyField({ content = {} }: Body, id: string, text: ReferenceTexts): Content {
  const [first] = Object.entries(content)
  if (!first) return undefined
  const [type, media] = first
  const example = exampleOf(media)
  return html`<p>
    <label for="${id}-body">${text.body} <small>${type}</small></label>
    <textarea id="${id}-body" data-type="${type}" rows="6" spellcheck="false">
${example === undefined ? '' : exampleText(example, type)}</textarea>
  </p>`
}
