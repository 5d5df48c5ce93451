// GET /sum?a=1&b=2, POST /sum with a form or JSON. What is no number is refused before this is called.
export const meta = {
  get: '{ a: number, b: number } 两数之和',
  post: '{ a: number, b: number } 两数之和'
}

export function get({ a, b }) {
  return a + b
}

export const post = get
