/**
 * The Content-Security-Policy of the pages that the gateway has of its own: nothing is loaded from elsewhere (`connect-src`
 * covers WebSockets of the origin too), nothing stands in the page but text, and no other page may frame it.
 * @param formAction where forms may be sent to
 */
export function pagePolicy(formAction = "'none'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'"
  ].join('; ')
}
