/** How the page "pretend to be the phone" looks. */
export const phoneStyle = `:root {
  color-scheme: light dark;
  --line: color-mix(in srgb, currentColor 20%, transparent);
  --green: #07c160;
  font: 15px/1.5 system-ui, sans-serif;
}
body { margin: 0 auto; max-width: 64rem; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1rem; margin: 1rem 0 0.5rem; }
.framed header, .framed h2, .framed #codes:has(.in-view) li:not(.in-view) { display: none; }
.framed #codes { grid-template-columns: minmax(0, 12rem); justify-content: center; padding-bottom: 1rem; }
header p { margin: 0; opacity: 0.7; flex: 1; }
main { display: grid; grid-template-columns: 1fr minmax(18rem, 24rem); gap: 0 2rem; }
@media (max-width: 45rem) {
  main { grid-template-columns: 1fr; }
  #codes:has(.in-view) li:not(.in-view) { display: none; }
  #codes .in-view { max-width: 11rem; margin: 3px; }
}
ul, ol { list-style: none; margin: 0; padding: 0; }
button, select, input { font: inherit; padding: 0.25rem 0.6rem; }
button.main { background: var(--green); border: 1px solid transparent; border-radius: 0.3rem; color: #000; }
#codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; }
#codes:empty + p { display: block; }
#codes + p, #offline { display: none; }
.offline #offline { display: block; }
#codes li { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.6rem; display: grid; gap: 0.4rem; }
#codes .in-view { outline: 3px solid var(--green); }
#codes img { width: 100%; height: auto; image-rendering: pixelated; background: #fff; }
#codes .scene { overflow-wrap: anywhere; font-size: 0.75rem; }
.phone { border: 1px solid var(--line); border-radius: 1.2rem; padding: 1rem; display: grid; gap: 0.6rem;
  grid-template-columns: minmax(0, 1fr); }
.row, form { display: flex; gap: 0.4rem; }
.row > select, form > input { flex: 1; min-width: 0; }
#chat { height: 20rem; overflow-y: auto; display: flex; flex-direction: column; gap: 0.5rem; }
#chat li { max-width: 80%; padding: 0.4rem 0.7rem; border-radius: 0.5rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
#chat .account { align-self: flex-start; border: 1px solid var(--line); }
#chat .user { align-self: flex-end; background: var(--green); color: #000; }
#chat .wechat { align-self: center; opacity: 0.7; font-size: 0.8rem; }
#chat button { border: 0; padding: 0; background: none; color: LinkText; text-decoration: underline;
  cursor: pointer; }
#status { min-height: 1.5em; margin: 0; }
`
