/** How the page looks. */
export const referenceStyle = `:root {
  color-scheme: light dark;
  --accent: #0a6c40;
  --warn: #8a5300;
  --bad: #b42318;
  --ground: #f4f6f5;
  --card: #fff;
  --text: #16211c;
  --faint: #55615b;
  --line: rgb(0 0 0 / .12);
  background: var(--ground);
  color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", sans-serif;
  scroll-padding-top: 1rem;
}
@media (prefers-color-scheme: dark) {
  :root { --accent: #3ecf8e; --warn: #f2b45a; --bad: #ff8a80; --ground: #111614; --card: #1a211e;
    --text: #e7eeea; --faint: #9fada6; --line: rgb(255 255 255 / .16) }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0 auto; max-width: 84rem; padding: 1.25rem }
.skip { position: absolute; left: -99rem }
.skip:focus { left: 1rem; padding: .25rem .75rem; background: var(--card) }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem }
h1 { margin: 0 auto .75rem 0; font-size: 1.5rem; letter-spacing: -.01em }
h2 { margin: 0 0 .75rem; font-size: 1.2rem }
h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere }
h4 { margin: 1rem 0 .35rem; font-size: .95rem }
h5 { margin: .5rem 0 .25rem; font-size: .9rem }
small { font-size: .85em; font-weight: 400; color: var(--faint) }
p { margin: .25rem 0 }
a { color: var(--accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
main:focus { outline: none }
.columns { display: grid; grid-template-columns: 19rem minmax(0, 1fr); gap: 1.5rem; align-items: start }
nav { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; padding: .25rem }
nav h2 { margin: .75rem 0 .25rem; font-size: .85rem; color: var(--faint) }
nav ul { margin: 0; padding: 0; list-style: none }
nav a { display: flex; align-items: baseline; gap: .25rem; padding: .15rem 0; color: var(--text); text-decoration: none }
nav a:hover { text-decoration: underline }
input, textarea { width: 100%; padding: .35rem .6rem; border: 1px solid var(--faint); border-radius: .5rem;
  background: var(--card); color: var(--text); font: inherit }
textarea, pre, code { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
code { font-size: .9em; overflow-wrap: anywhere }
article, #credentials { margin-bottom: 1.25rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--card) }
.method { display: inline-block; flex: none; min-width: 3.6em; font: 600 .78rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  color: var(--accent) }
.method[data-method=POST], .method[data-method=PUT], .method[data-method=PATCH] { color: var(--warn) }
.method[data-method=DELETE] { color: var(--bad) }
.access, .type, figcaption { color: var(--faint) }
b { font-weight: 600; color: var(--warn); font-size: .85em }
.schema > ul, .schema ul ul { margin: .25rem 0; padding-left: 1rem; border-left: 1px solid var(--line); list-style: none }
.schema { overflow-wrap: anywhere }
.wide { overflow: auto }
table { width: 100%; border-collapse: collapse }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { color: var(--faint); font-weight: 500 }
tbody th { min-width: 7rem; font-weight: 400 }
figure { margin: .5rem 0 }
pre, output { display: block; margin: .25rem 0; padding: .5rem .75rem; border-radius: .5rem;
  background: var(--ground); white-space: pre-wrap; overflow-wrap: anywhere }
output { max-height: 24rem; overflow: auto; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
summary { width: fit-content; color: var(--accent); cursor: pointer }
.try { margin-top: .75rem }
button { padding: .2rem .9rem; border: 1px solid var(--faint); border-radius: 99px; background: none; color: var(--accent);
  font: inherit; cursor: pointer }
button:disabled { opacity: .5; cursor: default }
@media (max-width: 56rem) {
  .columns { grid-template-columns: minmax(0, 1fr) }
  nav { position: static; max-height: none }
}
@media print { nav, .try, #credentials, .skip { display: none } }
`
