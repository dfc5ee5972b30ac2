// `node bench/bare-server.ts FILE`: the least that Node can do to send the bytes of FILE as a page; the limit for whatever else it does.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const body = readFileSync(process.argv[2] ?? '')
const server = createServer((_, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`Address http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
