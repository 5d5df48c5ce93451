const shownCharacters = 65_536
const { page = '', origin: elsewhere } = document.body.dataset
/** What stands before the paths of operations: a proxy may have stripped a prefix before the gateway saw the page's. */
const base = elsewhere ?? location.origin + location.pathname.replace(/\/$/, '').slice(0, -page.length)
const found = find('#found', HTMLElement)

/**
 * What the page says of this, in its language, with values in the places of its braces.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
function textOf(key, values = {}) {
  const text = document.body.getAttribute(`data-${key}`) ?? ''
  return text.replaceAll(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place))
}

/**
 * @template {Element} T
 * @param {string} selector @param {new () => T} type @param {ParentNode} [within]
 * @returns {T}
 */
function find(selector, type, within = document) {
  const element = within.querySelector(selector)
  if (element instanceof type) return element
  throw new TypeError(`no ${selector} on this page`)
}

/** Shows the operations that have all the words, and what leads to them. @param {string} wanted */
function search(wanted) {
  const words = wanted.toLowerCase().split(/\s+/)
  const articles = [...document.querySelectorAll('article[data-words]')]
  const fits = new Set(
    articles
      .filter(article => {
        const text = article.getAttribute('data-words')?.toLowerCase() ?? ''
        return words.every(word => text.includes(word))
      })
      .map(article => article.id)
  )
  for (const article of articles) toggle(article, fits.has(article.id))
  for (const link of document.querySelectorAll('[data-for]'))
    toggle(link, fits.has(link.getAttribute('data-for') ?? ''))
  for (const section of document.querySelectorAll('section[data-tag]'))
    toggle(section, section.querySelector('article:not([hidden]), [data-for]:not([hidden])') !== null)
  found.textContent = wanted === '' ? '' : textOf('found', { count: fits.size, all: articles.length })
}

/** @param {Element} element @param {boolean} isShown */
function toggle(element, isShown) {
  if (element instanceof HTMLElement) element.hidden = !isShown
}

/** What a form asks for. @param {HTMLFormElement} form */
function requestOf(form) {
  const inputs = [...form.querySelectorAll('input')].map(({ dataset, value }) => ({
    place: dataset['in'],
    name: dataset['name'] ?? '',
    value
  }))
  const path = (form.dataset['path'] ?? '').replaceAll(/\{([^}]+)\}/g, (_, name) =>
    encode(inputs.find(input => input.place === 'path' && input.name === name)?.value ?? '')
  )
  const filled = inputs.filter(({ value }) => value !== '')
  const query = filled.filter(({ place }) => place === 'query')
  const pairs = query.map(({ name, value }) => `${encode(name)}=${encode(value)}`)
  const body = form.querySelector('textarea')
  const hasBody = body !== null && body.value.trim() !== ''
  return {
    method: form.dataset['method'] ?? 'GET',
    url: `${base}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`,
    headers: [
      ...filled.filter(({ place }) => place === 'header').map(({ name, value }) => [name, value]),
      ...(hasBody ? [['content-type', body.dataset['type'] ?? '']] : [])
    ],
    body: hasBody ? body.value : undefined
  }
}

/** Also what means something to a shell between double quotes. @param {string} text */
function encode(text) {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )
}

/** The credentials that are there, or that an operation wants. @param {HTMLFormElement} form */
function credentialsFor(form) {
  const wanted = (form.dataset['credentials'] ?? '').split(' ')
  return [...document.querySelectorAll('#credentials input')].flatMap(input => {
    if (!(input instanceof HTMLInputElement)) return []
    const { scheme = '', header = '' } = input.dataset
    const prefix = scheme === 'bearer' ? 'Bearer ' : ''
    return [{ scheme, header, prefix, value: input.value, isWanted: wanted.includes(scheme) }]
  })
}

/** The same as a line for a shell. Credentials are variables there, so that nobody copies them by accident. @param {HTMLFormElement} form */
function curlLine(form) {
  const { method, url, headers, body } = requestOf(form)
  const credentials = credentialsFor(form)
    .filter(({ value, isWanted }) => value !== '' || isWanted)
    .map(({ scheme, header, prefix }) => `-H "${header}: ${prefix}$${scheme.toUpperCase()}"`)
  const parts = [
    `curl -s${method === 'GET' ? '' : ` -X ${method}`} "${url}"`,
    ...credentials,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(body)}`])
  ]
  return parts.join(' \\\n  ')
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** @param {HTMLFormElement} form */
function showCurl(form) {
  find('.curl', HTMLElement, form).textContent = curlLine(form)
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const output = find('output', HTMLOutputElement, form)
  const button = find('[type=submit]', HTMLButtonElement, form)
  const stop = find('[name=stop]', HTMLButtonElement, form)
  const aborter = new AbortController()
  stop.addEventListener('click', () => aborter.abort(), { signal: aborter.signal })
  button.disabled = true
  stop.hidden = false
  output.hidden = false
  output.value = textOf('waiting')
  try {
    await showAnswer(form, output, aborter.signal)
  } catch {
    if (!aborter.signal.aborted) output.value = textOf('unreachable')
  } finally {
    aborter.abort()
    stop.hidden = true
    button.disabled = false
    if (document.activeElement === document.body) button.focus()
  }
}

/** Shows an answer as it comes, since a stream has no end. @param {HTMLFormElement} form @param {HTMLOutputElement} output @param {AbortSignal} signal */
async function showAnswer(form, output, signal) {
  const { url, method, headers, body } = requestOf(form)
  const shown = credentialsFor(form).filter(({ value }) => value !== '')
  const response = await fetch(url, {
    method,
    signal,
    headers: Object.fromEntries([
      ...shown.map(({ header, prefix, value }) => [header, `${prefix}${value}`]),
      ...headers
    ]),
    ...(body !== undefined && method !== 'GET' && { body })
  })
  const head = `${response.status} ${response.headers.get('content-type') ?? ''}\n\n`
  output.value = head
  const text = await textIn(response, begun => (output.value = head + begun.slice(0, shownCharacters)))
  output.value =
    head + (text.length < shownCharacters ? inLines(text) : text.slice(0, shownCharacters) + textOf('cut'))
}

/**
 * The text of an answer, or as much of it as is shown.
 * @param {Response} response @param {(begun: string) => void} tell gets what has come until now
 */
async function textIn(response, tell) {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  for (;;) {
    // eslint-disable-next-line no-await-in-loop
    const part = await reader?.read()
    if (!part || part.done) return text
    text += decoder.decode(part.value, { stream: true })
    tell(text)
    if (text.length >= shownCharacters) return text
  }
}

/** JSON with a line for each member; anything else as it is. @param {string} text */
function inLines(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** @param {HTMLFormElement} form */
function enable(form) {
  const trial = form.closest('details')
  if (trial) trial.hidden = false
  showCurl(form)
  form.addEventListener('input', () => showCurl(form))
  form.addEventListener('submit', event => {
    event.preventDefault()
    if (elsewhere === undefined) void send(form)
  })
  // Elsewhere than on the gateway a page may not call it.
  if (elsewhere !== undefined) find('[type=submit]', HTMLButtonElement, form).hidden = true
  const copy = find('[name=copy]', HTMLButtonElement, form)
  copy.hidden = navigator.clipboard === undefined
  copy.addEventListener('click', () => {
    void navigator.clipboard.writeText(curlLine(form)).then(() => (copy.textContent = textOf('copied')))
  })
}

const box = find('#search', HTMLInputElement)
find('search', HTMLElement).hidden = false
box.addEventListener('input', () => search(box.value.trim()))
find('#credentials', HTMLElement).hidden = elsewhere !== undefined
find('#credentials', HTMLElement).addEventListener('input', () => [...document.forms].forEach(showCurl))
for (const form of document.forms) enable(form)
