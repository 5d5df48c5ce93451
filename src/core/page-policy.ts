/**
 * The Content-Security-Policy of the pages that the gateway has of its own: nothing is loaded from elsewhere (`connect-src`
 * covers WebSockets of the origin too), nothing stands in the page but text, and no other page may frame it.
 * @param formAction where forms may be sent to
 * @param images where pictures may come from besides the page itself
 */
export function pagePolicy(formAction = "'none'", images = ''): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src data: ${images}`.trimEnd(),
    "connect-src 'self'",
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'"
  ].join('; ')
}
