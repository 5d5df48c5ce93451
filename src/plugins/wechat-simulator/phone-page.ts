import { phoneTexts, type PhoneLanguage } from './phone-texts.ts'

/**
 * The page "pretend to be the phone". Its script finds its texts in the data attributes of the body, and its place by
 * ids. Texts are ours: none needs to be escaped.
 * @param codeInView text of the QR code that comes first
 */
export function phonePage(language: PhoneLanguage, codeInView = ''): string {
  const text = phoneTexts[language]
  const data = Object.entries(text.script).map(([key, value]) => ` data-${key}="${value}"`)
  const [lang, name] = language === 'zh' ? ['en', 'English'] : ['zh', '中文']
  const other = `?lang=${lang}&amp;url=${encodeURIComponent(codeInView).replaceAll("'", '%27')}`
  return `<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/wechat-simulator/phone.css">
<script type="module" src="/wechat-simulator/phone.js"></script>
</head>
<body${data.join('')}>
<header><h1>${text.title}</h1><p>${text.warning}</p><a href="${other}" lang="${lang}">${name}</a></header>
<p id="offline" role="alert">${text.offline}</p>
<main>
<section>
<h2>${text.codes}</h2>
<ul id="codes"></ul>
<p>${text.noCodes}</p>
</section>
<section>
<h2>${text.phone}</h2>
<div class="phone">
<div class="row">
<select id="person" aria-label="${text.person}"></select>
<button id="new" type="button">${text.newPerson}</button>
</div>
<form id="own">
<input aria-label="${text.openid}" placeholder="${text.openid}" pattern="[A-Za-z0-9_\\-]{1,64}" required>
<button>${text.useOpenid}</button>
</form>
<button id="follow" type="button"></button>
<ol id="chat" aria-label="${text.chat}" aria-live="polite" tabindex="0"></ol>
<p id="status" role="status"></p>
<form id="say">
<input aria-label="${text.message}" placeholder="${text.message}" maxlength="600" required>
<button>${text.send}</button>
</form>
</div>
</section>
</main>
<template id="code"><li>
<img alt="" width="430" height="430">
<code class="scene"></code>
<span>${text.left} <span class="left"></span> · ${text.scans} <span class="scans"></span></span>
<button class="main" type="button">${text.scan}</button>
</li></template>
</body>
</html>
`
}
