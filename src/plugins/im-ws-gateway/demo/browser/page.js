/** What the page says of this, in its language. @param {string} key */
export const textOf = key => document.body.getAttribute(`data-${key}`) ?? ''

/**
 * @template {Element} T
 * @param {string} selector @param {new () => T} type @param {ParentNode} [within]
 * @returns {T}
 */
export function find(selector, type, within = document) {
  const element = within.querySelector(selector)
  if (element instanceof type) return element
  throw new TypeError(`no ${selector} on this page`)
}

/**
 * An element with a text or children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {string} [className] @param {...(string | Node)} content
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, className = '', ...content) {
  const element = document.createElement(name)
  element.className = className
  element.append(...content)
  return element
}

/** Sets a text that a screen reader speaks, only when it is another one. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Shows items in a list, in their order. Elements of items that stay are kept and only changed: a button must not
 * vanish while it is pressed, and a screen reader speaks of what is new alone.
 * @template T
 * @param {Element} list
 * @param {readonly T[]} items
 * @param {{ key: (item: T) => string, make: (item: T) => HTMLElement, update: (element: HTMLElement, item: T) => void }} how
 */
export function showItems(list, items, how) {
  const old = new Map([...list.children].map(child => [child.getAttribute('data-key'), child]))
  for (const [index, item] of items.entries()) {
    const key = how.key(item)
    const known = old.get(key)
    const element = known instanceof HTMLElement ? known : how.make(item)
    element.dataset['key'] = key
    old.delete(key)
    how.update(element, item)
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null)
  }
  for (const element of old.values()) element.remove()
}
