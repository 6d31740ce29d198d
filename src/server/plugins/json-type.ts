// JSON is `application/json` and nothing behind it, as GitLab sends it: clients (python-gitlab before 4) compare the whole
// header. JSON is UTF-8 by its own standard (RFC 8259 §8.1).
import type { App } from '../app.ts'

const withCharset = 'application/json; charset=utf-8'

export function addJsonType(app: App): void {
  app.addHook('onSend', async (_request, reply) => {
    if (reply.getHeader('content-type') === withCharset) reply.header('content-type', 'application/json')
  })
}
