import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { startLine } from './line.ts'

it('given a line that was slow and is healed, when more is sent, then nothing overtakes what was held back', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const line = await startLine((echo.address() as { port: number }).port)
  const client: Socket = connect(line.port, '127.0.0.1')
  onTestFinished(async () => {
    client.destroy()
    await line.close()
    echo.close()
  })
  await once(client, 'connect')
  let heard = ''
  client.on('data', (chunk) => {
    heard += chunk
  })
  let said = ''
  for (let turn = 0; turn < 40; turn++) {
    if (turn % 10 === 0) line.slow(20)
    if (turn % 10 === 5) line.heal()
    client.write(`${turn} `)
    said += `${turn} `
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  while (heard.length < said.length) await once(client, 'data')
  expect(heard).toBe(said)
})
