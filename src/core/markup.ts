/** A piece of HTML. */
export class Markup {
  readonly text: string

  /** @param text HTML */
  constructor(text: string) {
    this.text = text
  }
}

/** What a place in HTML may take. Texts and numbers are escaped. */
export type Content = Markup | string | number | undefined | readonly Content[]

/** Makes HTML of a template. Attributes have to be in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...contents.map(textOf)))
}

function textOf(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Markup) return content.text
  if (typeof content === 'object') return content.map(textOf).join('')
  return String(content).replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
