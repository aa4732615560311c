import { Readable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { importProducts } from '../src/catalog/import/import.ts'
import { startTestApp } from './support/app.ts'
import { eventually } from './support/eventually.ts'

it('[G5] given cached answers, when a file changes what they say, then reads soon say it', async () => {
  const shop = await startTestApp()
  onTestFinished(() => shop.stop())
  const importFile = (...rows: string[]) =>
    importProducts(shop.sql, Readable.from([['Handle,Title,Type,Variant Price', ...rows].join('\n')]), {
      currency: 'USD',
    })
  const { product, category } = shop.trpc.catalog
  const titles = async () => (await product.list.query({ sort: 'title' })).items.map(({ title }) => title)

  await expect(product.bySlug.query({ slug: 'mug' })).rejects.toThrow('no such product') // remembered as missing
  expect([await titles(), await category.tree.query()]).toEqual([[], []])
  await importFile('mug,Blue Mug,Drinkware,9.90')
  await eventually(async () => {
    expect((await product.bySlug.query({ slug: 'mug' })).title).toBe('Blue Mug')
    expect(await titles()).toEqual(['Blue Mug'])
    expect((await category.tree.query()).map(({ title }) => title)).toEqual(['Drinkware'])
  })
  await importFile('mug,Red Mug,Drinkware,9.90', 'cup,Cup,Drinkware,5')
  await eventually(async () => {
    expect((await product.bySlug.query({ slug: 'mug' })).title).toBe('Red Mug')
    expect(await titles()).toEqual(['Cup', 'Red Mug'])
  })
})
