// GET /hello : the other way to write a file.
export default {
  async get() {
    return 'Hello, World!'
  }
}
