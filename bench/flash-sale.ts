/**
 * `npm run bench:flash-sale`: one variant, 100 units, 10,000 buyers at once over two processes, on databases of their
 * own. Prints Markdown; ends with 1 if the stock does not come out exactly, or Postgres is asked too much.
 *   --buyers 10000   --units 100   --sockets 128   --out docs/flash-sale.md
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createClient } from '../scripts/fleet/client.ts'
import { startDatabases } from '../scripts/fleet/databases.ts'
import { type Fleet, startFleet } from '../scripts/fleet/fleet.ts'
import { unlessEnded } from '../scripts/fleet/interrupt.ts'
import { items, load, machine } from '../scripts/fleet/machine.ts'
import { checkNow, describe } from '../scripts/torture/invariants.ts'
import { createBuyers } from './inventory/buyers.ts'
import { restock } from './inventory/restock.ts'
import { insertStock, soldOf } from './inventory/stock.ts'
import { median, percentile } from './stats.ts'

const { values } = parseArgs({
  options: {
    buyers: { type: 'string', default: '10000' },
    units: { type: 'string', default: '100' },
    sockets: { type: 'string', default: '128' },
    out: { type: 'string' },
  },
})
const [buyers, units, sockets] = [Number(values.buyers), Number(values.units), Number(values.sockets)]
const processes = 2
/** Statements of Postgres for a request, once all is sold. */
const mostStatements = 1 / 20
const restocks = 20
/** Until a restock can be bought, in whatever process, ms. */
const mostDelayMs = 50
const say = (line: string) => console.error(line)

let failed = true
const databases = await startDatabases({
  settings: ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=top'],
})
try {
  const fleet = await startFleet({ processes, ...databases })
  try {
    const { text, faults } = await unlessEnded(run(fleet, databases.databaseUrl))
    console.log(text)
    if (values.out) writeFileSync(values.out, text)
    failed = faults.length > 0
  } finally {
    await fleet.stop()
  }
} finally {
  await databases.stop()
}
process.exit(failed ? 1 : 0)

async function run({ bases, token }: Fleet, databaseUrl: string): Promise<{ text: string; faults: string[] }> {
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  const client = createClient({ sockets: sockets / processes })
  try {
    await sql.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    const { ids, locationId } = await insertStock(sql, [1_000_000, units])
    const [warmUp = '', wanted = ''] = ids
    const { sale } = createBuyers(client, bases)
    say('warming up: another variant, of which there is enough …')
    await sale(warmUp, 4_000)
    say(`${buyers} buyers …`)
    const statements = async () => {
      const { rows } = await sql.query<{ calls: number }>(`SELECT sum(calls)::int AS calls FROM pg_stat_statements
        WHERE query NOT LIKE '%pg_stat_statements%'`)
      return rows[0]?.calls ?? 0
    }
    const [before, first, after] = [await statements(), await sale(wanted, buyers), await statements()]
    const second = await sale(wanted, buyers)
    const soldOut = (await statements()) - after

    const delays = await restock(client, bases, { variantId: wanted, locationId, times: restocks, token })

    const sold = await soldOf(sql, wanted)
    const faults = (await checkNow(sql)).map(describe)
    const expect = (what: string, got: number, expected: number) => {
      if (got !== expected) faults.push(`${what}: ${got}, not ${expected}`)
    }
    expect('buyers who got it', first.outcomes.ok ?? 0, units)
    expect('buyers who were told OUT_OF_STOCK', first.outcomes.OUT_OF_STOCK ?? 0, buyers - units)
    expect('later buyers who were told OUT_OF_STOCK', second.outcomes.OUT_OF_STOCK ?? 0, buyers)
    expect('reservations in Postgres', sold.reservations, units + restocks)
    expect('different reservations acknowledged', first.ids.size, units)
    expect('units reserved', sold.reserved, units + restocks)
    expect('units the ledger reserves', sold.ledger, units + restocks)
    if (median(delays) > mostDelayMs) faults.push(`a restock could be bought after ${median(delays)} ms`)
    if (soldOut / buyers >= mostStatements) faults.push(`once sold out: ${soldOut} statements for ${buyers} requests`)

    const ms = (value: number) => `${value.toFixed(1)} ms`
    const row = (name: string, all: number | string, later: number | string) => `| ${name} | ${all} | ${later} |`
    const text = [
      '# A flash sale',
      items({
        ...machine(),
        'Load (1, 5, 15 min)': load(),
        Command: `\`npm run bench:flash-sale -- --buyers ${buyers} --units ${units} --sockets ${sockets}\``,
      }),
      `One variant, ${units} units, ${buyers.toLocaleString('en')} buyers at once over ${processes} processes, by ${sockets} connections; each ` +
        'wants one and asks once, with an idempotency key of its own. Once it is sold out, as many come again. The processes, ' +
        'Postgres, Redis and the buyers share the machine; a latency is from the moment a request is on its connection’s queue, ' +
        'behind those of the others. Statements are those pg_stat_statements counts, of all the processes do (BEGIN, COMMIT and the ' +
        'relay’s polling too). The last check is that of [the invariants](inventory.md).',
      [
        '| | the sale | sold out |',
        '|---|---:|---:|',
        row('buyers who got it', first.outcomes.ok ?? 0, second.outcomes.ok ?? 0),
        row('told `OUT_OF_STOCK`', first.outcomes.OUT_OF_STOCK ?? 0, second.outcomes.OUT_OF_STOCK ?? 0),
        row('told to come again (503), and did', first.retries, second.retries),
        row('answered otherwise', first.others(), second.others()),
        row('requests a second', Math.round(buyers / first.seconds), Math.round(buyers / second.seconds)),
        row('p50', ms(percentile(first.times, 0.5)), ms(percentile(second.times, 0.5))),
        row('p99', ms(percentile(first.times, 0.99)), ms(percentile(second.times, 0.99))),
        row('Postgres statements', after - before, soldOut),
        row('Postgres statements a request', ((after - before) / buyers).toFixed(4), (soldOut / buyers).toFixed(4)),
      ].join('\n'),
      items({
        'Reservations in Postgres, with those of the restocks': sold.reservations,
        'Reserved, by the level': sold.reserved,
        'Reserved, by the ledger': sold.ledger,
        [`A restock by one process, bought by the other, ${restocks} times`]: `after ${ms(median(delays))} (median), ${ms(Math.max(...delays))} (the longest)`,
        Faults: faults.length,
      }),
      ...faults.map((fault) => `\`\`\`\n${fault}\n\`\`\``),
    ].join('\n\n')
    return { text: `${text}\n`, faults }
  } finally {
    client.close()
    await sql.end()
  }
}
