import pg from 'pg'
import { expect, it } from 'vitest'
import { databaseForTest } from '../../test/support/database.ts'
import { copyInto, toLine } from './copy.ts'

it('given text with tabs, line ends, backslashes, quotes and braces, when copied, then it arrives as it was', async () => {
  const client = new pg.Client({ connectionString: await databaseForTest() })
  await client.connect()
  const id = '01930424-d6ca-7000-924e-9bc93e119613'
  const nasty = 'a\tb\nc\\d\re \\N "f" {g,h} ü'
  const at = '2024-11-01T00:00:00.000Z'
  const line = toLine([id, 'nasty', nasty, nasty, '', 'active', null, [nasty, 'null', ''], at, at])
  await copyInto(client, 'product', [line])
  const { rows } = await client.query('SELECT title, description, vendor, category_id, tags FROM product')
  await client.end()
  const expected = { title: nasty, description: nasty, vendor: '', category_id: null, tags: [nasty, 'null', ''] }
  expect(rows).toEqual([expected])
})
