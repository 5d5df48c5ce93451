/** @param {string} id */
function find(id) {
  const element = document.getElementById(id)
  if (!element) throw new TypeError(`no #${id} on this page`)
  return element
}

/** @param {'signed-in' | 'signed-out'} state */
const show = state => {
  document.body.className = state
}

addEventListener('scan-success', event => {
  if (!(event instanceof CustomEvent)) return
  const { openid, account, event: scanned, scannedAt } = event.detail
  find('openid').textContent = openid
  find('account').textContent = account
  find('event').textContent = scanned
  find('time').textContent = new Date(scannedAt).toLocaleTimeString(document.documentElement.lang)
  show('signed-in')
})

// The simulated phone sees the code that is on this page.
addEventListener('scan-ready', event => {
  const phone = document.querySelector('iframe')
  if (!phone || !(event instanceof CustomEvent)) return
  const url = new URL(phone.src)
  url.searchParams.set('url', event.detail.url)
  phone.src = url.href
})

find('again').addEventListener('click', () => {
  const element = find('scan')
  if ('refresh' in element && typeof element.refresh === 'function') element.refresh()
  show('signed-out')
})
