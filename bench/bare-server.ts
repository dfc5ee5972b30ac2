// `node bench/bare-server.ts FILE`: serves the bytes of FILE as a page with the least that Node can do: the upper limit for any server on Node.
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
