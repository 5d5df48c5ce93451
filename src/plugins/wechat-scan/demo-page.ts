export type DemoLanguage = 'zh' | 'en'

const texts = {
  zh: {
    lang: 'zh-CN',
    title: '扫码登录',
    lead: '扫描二维码，页面立刻知道你是谁。',
    hello: '你好',
    account: '公众号',
    event: '事件',
    time: '扫码时间',
    again: '重新登录',
    phone: '模拟手机',
    phoneLead: '点击“扫一扫”，代替真实的微信。',
    apart: '在新窗口中打开',
    other: '<a href="?lang=en" lang="en">English</a>'
  },
  en: {
    lang: 'en',
    title: 'Sign in by scanning',
    lead: 'Scan the code, and this page knows at once who you are.',
    hello: 'Hello',
    account: 'Account',
    event: 'Event',
    time: 'Scanned at',
    again: 'Sign in again',
    phone: 'A simulated phone',
    phoneLead: 'Press “Scan”, in place of a real WeChat.',
    apart: 'Open it in a window of its own',
    other: '<a href="?lang=zh" lang="zh-CN">中文</a>'
  }
} as const

/**
 * The page of the demonstration. Nothing in it comes from a request.
 * @param phone address of the simulator's phone, if there is one
 */
export function demoPage(language: DemoLanguage, phone: string | undefined): string {
  const text = texts[language]
  const simulated = phone
    ? `<section class="phone">
<h2>${text.phone}</h2>
<p>${text.phoneLead} <a href="${phone}?lang=${language}" target="_blank" rel="noreferrer">${text.apart}</a></p>
<iframe src="${phone}?lang=${language}" title="${text.phone}"></iframe>
</section>`
    : ''
  return `<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · Paifang</title>
<link rel="icon" href="/v1/scan/demo.svg">
<link rel="stylesheet" href="/v1/scan/demo.css">
<script type="module" src="/v1/scan/demo.js"></script>
<script type="module" src="/v1/scan/widget.js"></script>
</head>
<body class="signed-out">
<header><img src="/v1/scan/demo.svg" alt="" width="28" height="28"> <strong>Paifang</strong> ${text.other}</header>
<main>
<section class="login">
<div class="scan">
<h1>${text.title}</h1>
<p>${text.lead}</p>
<paifang-scan id="scan" exchange></paifang-scan>
</div>
<div class="greeting" aria-live="polite">
<h1>${text.hello}</h1>
<p><code id="openid"></code></p>
<dl>
<div><dt>${text.account}</dt><dd id="account"></dd></div>
<div><dt>${text.event}</dt><dd id="event"></dd></div>
<div><dt>${text.time}</dt><dd id="time"></dd></div>
</dl>
<button id="again" type="button">${text.again}</button>
</div>
</section>
${simulated}
</main>
</body>
</html>
`
}

/** A gate with three openings. */
export const demoIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="7" fill="#0a7d48"/><path d="M5 9h18M7 13h14M8 9v12M12 13v8M16 13v8M20 9v12" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`

/** How it looks. */
export const demoStyle = `:root {
  color-scheme: light dark;
  --accent: #0a7d48;
  --ground: #f4f6f5;
  --card: #fff;
  --text: #16211c;
  --line: rgb(0 0 0 / .08);
  background: var(--ground);
  color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --accent: #3ecf8e; --ground: #111614; --card: #1a211e; --text: #e7eeea; --line: rgb(255 255 255 / .1) }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column }
header { display: flex; align-items: center; gap: 10px; padding: 20px 32px }
header a { margin-left: auto }
a { color: var(--accent) }
main { flex: 1; display: flex; flex-wrap: wrap; align-items: stretch; justify-content: center; gap: 32px;
  padding: 12px 32px 48px }
section { width: 420px; max-width: 100% }
h1 { margin: 0 0 8px; font-size: 26px; line-height: 1.25; letter-spacing: -.01em }
h2 { margin: 0; font-size: 16px }
p { margin: 0; opacity: .75 }
.login { display: grid; place-items: center; padding: 48px 40px; border: 1px solid var(--line); border-radius: 24px;
  background: var(--card); text-align: center; box-shadow: 0 12px 40px rgb(0 0 0 / .05) }
paifang-scan { margin-top: 32px }
paifang-scan:not(:defined) { display: inline-block; height: 300px }
.signed-in .scan, .signed-out .greeting { display: none }
.greeting { width: 100% }
code { font: 15px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
.greeting p { opacity: 1; color: var(--accent) }
dl { margin: 28px 0; text-align: left }
dl div { display: flex; justify-content: space-between; gap: 16px; padding: 12px 0; border-top: 1px solid var(--line) }
dt { opacity: .7 }
dd { margin: 0; font-variant-numeric: tabular-nums }
button { padding: 10px 24px; border: 1px solid var(--line); border-radius: 99px; background: none; color: inherit;
  font: inherit; font-weight: 600; cursor: pointer }
button:hover { border-color: var(--accent); color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
.phone { display: flex; flex-direction: column; gap: 4px }
.phone p { font-size: 14px }
iframe { flex: 1; width: 100%; min-height: 600px; margin-top: 12px; border: 1px solid var(--line); border-radius: 24px;
  background: var(--card) }
`
