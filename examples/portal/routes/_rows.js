// Files whose name begins with _ are no routes.

/** The cells of the tables of a page, row by row. */
export function rowsOf(html) {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => cell)
  )
}
