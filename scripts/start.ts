/** `npm start`: databases (given or local), migrations, a first seed, then the server. */
import { maskPassword } from '../src/config.ts'
import { endOnUnforeseen, serve, terminationSignal } from '../src/main.ts'
import { createLog } from '../src/platform/logging.ts'
import { readGiven } from './given.ts'
import { deploy } from './migrate/deploy.ts'
import { makeSecrets } from './secrets.ts'
import { developmentAccounts, developmentPassword, seedAccounts } from './seed/accounts.ts'
import { isEmpty, seed } from './seed/load.ts'
import { type Given, openStack } from './stack/stack.ts'

const say = (line = '') => console.log(line)

class Interrupted extends Error {}

try {
  await start(terminationSignal())
  process.exit(0)
} catch (error) {
  if (error instanceof Interrupted) process.exit(130)
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

async function start(signal: Promise<string>): Promise<void> {
  const { config, given } = readGiven(process.env) // wrong settings are found before anything is started
  endOnUnforeseen(createLog(config.LOG_LEVEL))
  let stopped = false
  void signal.then(() => {
    stopped = true
  })
  const stack = await openStack(config.DATA_DIR, given, say).catch((error) => {
    throw stopped ? new Interrupted() : error // Ctrl-C reaches the programs it runs as well: initdb, apt-get
  })
  try {
    const interrupted = signal.then(() => Promise.reject(new Interrupted()))
    await Promise.race([prepare(stack.databaseUrl, given), interrupted])
    const made = makeSecrets(process.env, given)
    const env = { ...process.env, ...made, DATABASE_URL: stack.databaseUrl, REDIS_URL: stack.redisUrl }
    await serve(env, signal, (port) => welcome(port, stack, given))
  } finally {
    await stack.stop()
  }
}

async function prepare(databaseUrl: string, given: Given): Promise<void> {
  for (const name of await deploy(databaseUrl)) say(`migrated: ${name}`)
  await seedProducts(databaseUrl)
  await seedAccounts(databaseUrl, { local: !given.databaseUrl, env: process.env })
}

async function seedProducts(databaseUrl: string): Promise<void> {
  if (!(await isEmpty(databaseUrl))) return
  const { seconds } = await seed(databaseUrl, { products: 1_000 })
  say(`seeded 1,000 products in ${seconds.toFixed(1)} s (npm run seed -- --products 100000 for more)`)
}

interface Urls {
  databaseUrl: string
  redisUrl: string
  notes: string[]
}

function welcome(port: number, stack: Urls, given: Given): void {
  const base = `http://localhost:${port}`
  const accounts = given.databaseUrl
    ? ''
    : `
  Log in as     ${developmentAccounts.map(({ email }) => email).join(' or ')}, password "${developmentPassword}"`
  const body = `{"email":"${developmentAccounts[1].email}","password":"${developmentPassword}"}`
  const login = given.databaseUrl
    ? ''
    : `
  curl ${base}/api/sessions -H 'content-type: application/json' -d '${body}'
  curl ${base}/trpc/analytics.overview -H 'authorization: Bearer <the token>'`
  say()
  for (const note of stack.notes) say(note)
  say(`
  DATABASE_URL  ${given.databaseUrl ? maskPassword(stack.databaseUrl) : stack.databaseUrl}
  REDIS_URL     ${given.redisUrl ? maskPassword(stack.redisUrl) : stack.redisUrl}
  Serving       ${base}${accounts}

Try:
  curl ${base}/api/products/blue-mug
  curl '${base}/api/products?text=lamp&sort=price&limit=5'
  curl -G ${base}/trpc/catalog.product.bySlug --data-urlencode 'input={"slug":"blue-mug"}'
  curl -s ${base}/metrics | grep -E '^cache_.*_(total|count)'${login}
  npm run example            (the typed tRPC client)
  npm run load -- smoke      (k6)

Ctrl-C stops everything.
`)
}
