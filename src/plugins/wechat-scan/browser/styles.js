// The page gives the colour of texts, so that they fit a light and a dark one. The code is always dark on white.
export const styles = `
:host { --accent: var(--paifang-scan-accent, #0a7d48); display: inline-block; width: var(--paifang-scan-size, 240px);
  font: 15px/1.5 system-ui, sans-serif; text-align: center }
:host([hidden]) { display: none }
[part=frame] { position: relative; aspect-ratio: 1; overflow: hidden; border-radius: 16px; background: #fff;
  box-shadow: 0 0 0 1px rgb(128 128 128 / .25) }
[part=code] { display: block; width: 100%; height: 100% }
:host(:not([state=ready])) [part=code] { opacity: .06 }
[part=veil] { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center }
:host([state=ready]) [part=veil] { display: none }
[part=mark] { box-sizing: border-box; width: 56px; height: 56px; border: 3px solid var(--accent); border-radius: 50% }
:host(:is([state=loading], [state=busy], [state=offline])) [part=mark] { border-color: #0002;
  border-top-color: var(--accent); animation: turn 1s linear infinite }
@keyframes turn { to { rotate: 1turn } }
:host(:is([state=scanned], [state=confirmed])) [part=mark]::before { content: ""; display: block; width: 11px;
  height: 23px; margin: 8px 18px; border: solid var(--accent); border-width: 0 3px 3px 0; rotate: 45deg }
:host([state=confirmed]) [part=mark] { background: var(--accent) }
:host([state=confirmed]) [part=mark]::before { border-color: #fff }
:host(:is([state=expired], [state=cancelled])) [part=mark],
:host(:not([state=expired], [state=cancelled])) [part=refresh] { display: none }
[part=refresh] { padding: 9px 22px; border: 0; border-radius: 99px; background: var(--accent); color: #fff;
  font: inherit; font-weight: 600; cursor: pointer }
[part=refresh]:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
p { margin: 0; min-height: 1.5em }
[part=hint] { margin-top: 16px }
[part=left] { font-size: 13px; font-variant-numeric: tabular-nums; opacity: .7 }
@media (prefers-reduced-motion: reduce) { [part=mark] { animation-duration: 6s !important } }
`
