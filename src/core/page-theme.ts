/** The colours and the type of the pages that the gateway has of its own, light and dark. For the beginning of their styles. */
export const pageTheme = `:root {
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
  font: 15px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --accent: #3ecf8e; --warn: #f2b45a; --bad: #ff8a80; --ground: #111614; --card: #1a211e;
    --text: #e7eeea; --faint: #9fada6; --line: rgb(255 255 255 / .16) }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
`
