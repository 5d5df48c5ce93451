import { pageTheme } from '../../core/index.ts'

/** How the page looks. */
export const consoleStyle = `${pageTheme}body { margin: 0 auto; max-width: 76rem; padding: 1.25rem }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem }
header > a { margin-left: auto }
h1, h2, p, ul, dl, dd { margin: 0 }
h1 { font-size: 1.5rem; letter-spacing: -.01em }
small { font-size: .8rem; font-weight: 400; color: var(--faint) }
h1 small { font-size: 1rem }
h2 { margin-bottom: .5rem; font-size: 1.1rem }
a { color: var(--accent) }
p { color: var(--faint) }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0; padding: 0; list-style: none }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem }
section { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.wide { overflow: auto; max-height: 32rem }
table { width: 100%; min-width: 30rem; border-collapse: collapse }
#routes td:nth-child(3) { white-space: nowrap }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { position: sticky; top: 0; background: var(--card); color: var(--faint); font-weight: 500 }
tbody th { font-weight: 600; white-space: nowrap }
time { white-space: nowrap; font-variant-numeric: tabular-nums }
code { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
td span, form span { color: var(--faint) }
.health { color: var(--accent); white-space: nowrap }
.health::before { content: "●"; margin-right: .35rem }
[data-health=down] .health { color: var(--bad) }
[data-health=down] .health::before { content: "▲" }
[data-health=down] { background: color-mix(in srgb, var(--bad) 10%, transparent) }
[data-http="4"] b { color: var(--warn) }
[data-http="5"] b { color: var(--bad) }
#news:empty, #connection:empty { display: none }
#connection[data-state=lost] { color: var(--bad) }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem }
dt { color: var(--faint) }
dd { font-size: 1.6rem; font-variant-numeric: tabular-nums }
form { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr) auto; gap: .25rem 1rem; align-items: baseline;
  padding: .4rem 0; border-bottom: 1px solid var(--line) }
button { padding: .2rem .9rem; border: 1px solid var(--line); border-radius: 99px; background: none; color: var(--accent);
  font: inherit; cursor: pointer }
button:disabled { opacity: .5; cursor: default }
output { grid-column: 1 / -1; max-height: 16rem; overflow: auto; padding: .5rem .75rem; border-radius: .5rem;
  background: var(--ground); font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere }
@media (max-width: 40rem) {
  form { grid-template-columns: minmax(0, 1fr) auto }
  form span { grid-row: 2; grid-column: 1 / -1 }
}
@media (prefers-reduced-motion: no-preference) { tbody tr { transition: background-color .3s } }
`
