import { clientVersion } from './client-script.ts'
import { textsIn, type DemoLanguage, type DemoTexts } from './texts.ts'

/** What the page depends on. */
export interface ChatPageOptions {
  /** Where clients connect. */
  readonly path: string
  /** Whether pictures can be sent. */
  readonly hasFiles: boolean
}

/**
 * The page. Nothing in it comes from a request. Its script finds its texts in the data attributes of the body.
 */
export function chatPage(language: DemoLanguage, { path, hasFiles }: ChatPageOptions): string {
  const text = textsIn(language)
  const data = Object.entries(text.script).map(([key, value]) => ` data-${key}="${value}"`)
  const head = '<script type="module" src="/demo/chat/chat.js"></script>\n'
  return document(
    language,
    `${data.join('')} data-path="${path}" data-platform="5"`,
    head,
    `<p>${text.lead}</p>
<button id="group" type="button" disabled>${text.makeGroup}</button>
<p id="status" role="status"></p>
<noscript><p>${text.noScript}</p></noscript>
<main></main>
${paneTemplate(text, hasFiles)}
`
  )
}

/** What is shown where the client is not installed. */
export function missingPage(language: DemoLanguage): string {
  const command = `<code>npm install open-im-sdk@${clientVersion}</code>`
  return document(language, '', '', `<p>${textsIn(language).missing(command)}</p>\n`)
}

function document(language: DemoLanguage, data: string, head: string, content: string): string {
  const text = textsIn(language)
  const [lang, code, name] = language === 'zh' ? ['en', 'en', 'English'] : ['zh', 'zh-CN', '中文']
  return `<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · Paifang</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo/chat/chat.css">
${head}</head>
<body${data}>
<header><h1>${text.title}</h1><a href="?lang=${lang}" lang="${code}">${name}</a></header>
${content}</body>
</html>
`
}

/** One side of the page. */
function paneTemplate(text: DemoTexts, hasFiles: boolean): string {
  const picture = `<label class="picture">${text.picture}<input type="file" accept="image/png,image/jpeg,image/gif,image/webp"></label>\n`
  return `<template id="pane"><section class="pane">
<div class="person">
<span class="face" aria-hidden="true"></span>
<div><h2></h2><p class="state" role="status"></p></div>
<span class="total badge" hidden></span>
<button class="login" type="button"></button>
</div>
<nav aria-label="${text.conversations}"><ul class="conversations"></ul></nav>
<p class="choose">${text.choose}</p>
<div class="chat" hidden>
<div class="title"><h3></h3><span class="presence"></span>
<button class="close" type="button" aria-label="${text.close}">×</button></div>
<button class="earlier" type="button" hidden>${text.earlier}</button>
<ol class="messages" aria-label="${text.messages}" aria-live="polite" tabindex="0"></ol>
<p class="typing" role="status"></p>
<form>
<input aria-label="${text.write}" placeholder="${text.write}" maxlength="2000" autocomplete="off" required>
${hasFiles ? picture : ''}<button>${text.send}</button>
</form>
</div>
</section></template>`
}
