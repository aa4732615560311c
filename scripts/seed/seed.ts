/** `npm run seed -- --products 10000`: a catalogue of that size, the same on every machine. Tops up what is there. */
import { deploy } from '../migrate/deploy.ts'
import { readArgs, runScript } from '../script.ts'
import { seedAccounts } from './accounts.ts'
import { parseCount, seed } from './load.ts'
import { showProgress } from './progress.ts'

await runScript(readProducts, async ({ databaseUrl, say }, products) => {
  await deploy(databaseUrl)
  const progress = showProgress(products, say)
  const { rows, seconds } = await seed(databaseUrl, { products, onProgress: progress.update }).finally(progress.stop)
  const { product, variant, price } = rows
  say(`Added ${product} products, ${variant} variants, ${price} prices in ${seconds.toFixed(1)} s.`)
  const local = !process.env.DATABASE_URL
  for (const line of await seedAccounts(databaseUrl, { local, env: process.env })) say(line)
  if (product < products) say(`${products - product} of the ${products} products were there already.`)
})

function readProducts(): number {
  const { values, positionals } = readArgs({ products: { type: 'string' } })
  const [extra] = positionals
  if (extra !== undefined) throw new Error(`Unknown argument "${extra}". Usage: npm run seed -- --products 10000`)
  return parseCount(values.products ?? '1000')
}
