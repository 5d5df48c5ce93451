import { pageTheme } from '../../../core/index.ts'

/** How the page looks. */
export const chatStyle = `${pageTheme}:root { --own: #d5f3e2 }
@media (prefers-color-scheme: dark) {
  :root { --own: #14442e }
}
body { margin: 0 auto; max-width: 76rem; padding: 1.25rem }
header { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem }
h1, h2, h3, p, ol, ul { margin: 0 }
h1 { font-size: 1.5rem; letter-spacing: -.01em }
h2 { font-size: 1rem }
h3 { font-size: 1rem; flex: 1 }
ol, ul { padding: 0; list-style: none }
a { color: var(--accent) }
body > p { margin: .25rem 0 .75rem; opacity: .8 }
button, input { font: inherit; color: inherit }
button { padding: .3rem .9rem; border: 1px solid var(--line); border-radius: 99px; background: none; cursor: pointer }
button:disabled { opacity: .45; cursor: default }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem }
.pane { display: grid; grid-template: auto minmax(0, 1fr) / minmax(8rem, 11rem) minmax(0, 1fr); height: 32rem;
  border: 1px solid var(--line); border-radius: 1rem; background: var(--card); overflow: hidden }
.pane:focus-within { border-color: var(--accent) }
.person { grid-column: 1 / -1; display: flex; align-items: center; gap: .75rem; padding: .75rem 1rem;
  border-bottom: 1px solid var(--line) }
.person > div { flex: 1; min-width: 0 }
.person p { font-size: .8rem; opacity: .7 }
.face { display: grid; place-items: center; width: 2.4rem; height: 2.4rem; border-radius: 50%;
  background: var(--accent); color: var(--card); font-weight: 700 }
[data-state=offline] .face, [data-state=failed] .face { filter: grayscale(1) }
.pane:not([data-state=connected]) .login { background: var(--accent); border-color: transparent; color: var(--card) }
.badge { min-width: 1.4rem; padding: 0 .4rem; border-radius: 99px; background: #d92d20; color: #fff;
  font-size: .8rem; text-align: center }
nav { border-right: 1px solid var(--line); overflow: auto }
nav button { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .4rem; width: 100%; min-height: 3.4rem;
  padding: .5rem .9rem; border: 0; border-radius: 0; text-align: left }
nav button[aria-current=true] { background: color-mix(in srgb, var(--accent) 14%, transparent) }
.latest { grid-column: 1 / -1; font-size: .85rem; opacity: .7 }
nav b, .latest { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.choose { place-self: center; opacity: .6 }
.chat { display: flex; flex-direction: column; min-height: 0 }
.title { display: flex; align-items: center; gap: .6rem; padding: .4rem .5rem .4rem 1rem;
  border-bottom: 1px solid var(--line) }
.presence { font-size: .8rem; opacity: .7 }
.presence.online { color: var(--accent); opacity: 1 }
.close { border: 0; font-size: 1.2rem; line-height: 1 }
.earlier { margin: .5rem auto 0; font-size: .85rem }
.messages { flex: 1; overflow: auto; display: flex; flex-direction: column; gap: .5rem; padding: .75rem 1rem }
.messages li { max-width: 85% }
.messages .own { align-self: flex-end; text-align: right }
.messages p { width: fit-content; padding: .4rem .75rem; border-radius: .9rem; background: var(--ground);
  overflow-wrap: anywhere; text-align: left }
.own p { margin-left: auto; background: var(--own) }
.notice { align-self: center; text-align: center }
.notice p { background: none; font-size: .85rem; opacity: .65 }
.from:empty, .mark:empty { display: none }
.from { display: block; font-size: .8rem; opacity: .7 }
.mark { font-size: .75rem; opacity: .75 }
.revoke { margin-left: .5rem; padding: 0 .5rem; font-size: .75rem }
.typing { min-height: 1.5rem; padding: 0 1rem; font-size: .85rem; opacity: .7 }
form { display: flex; gap: .5rem; padding: .6rem .75rem; border-top: 1px solid var(--line) }
input { flex: 1; min-width: 0; padding: .35rem .9rem; border: 1px solid var(--line); border-radius: 99px;
  background: var(--ground) }
.picture { position: relative; padding: .3rem .9rem; border: 1px solid var(--line); border-radius: 99px; cursor: pointer }
.picture input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer }
.picture:focus-within { outline: 2px solid var(--accent); outline-offset: 1px }
.messages img { display: block; max-width: 100%; max-height: 12rem; border-radius: .5rem }
form button { background: var(--accent); border-color: transparent; color: var(--card) }
@media (max-width: 40rem) {
  .pane { grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); height: 34rem }
  nav { border-right: 0; border-bottom: 1px solid var(--line); max-height: 7.2rem }
}
`
