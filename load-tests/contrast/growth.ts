/**
 * Keeps answers in this process by the URL that was asked for. `map`: for ever, since nobody thought of an end.
 * `bounded`: at most so many bytes, the least recently asked for go first.
 */
import { LRUCache } from 'lru-cache'
import { serveContrast, Text } from './server.ts'

const mostBytes = 16 * 2 ** 20

interface Store {
  get(url: string): string | undefined
  set(url: string, answer: string): unknown
}

serveContrast('growth', ({ way, ask, hit, miss, keeps }) => {
  const sizeCalculation = (answer: string, url: string) => answer.length + url.length
  function forEver(): Store {
    const map = new Map<string, string>()
    let bytes = 0
    keeps(() => bytes)
    return {
      get: (url) => map.get(url),
      set: (url, answer) => {
        map.set(url, answer)
        bytes += sizeCalculation(answer, url)
      },
    }
  }
  function bounded(): Store {
    const lru = new LRUCache<string, string>({ maxSize: mostBytes, ttl: 60_000, sizeCalculation })
    keeps(() => lru.calculatedSize)
    return lru
  }
  const store = way === 'map' ? forEver() : bounded()
  return {
    'catalog.product.list': async ({ url }) => {
      const found = store.get(url)
      if (found !== undefined) {
        hit()
        return new Text(found)
      }
      miss()
      const answer = await ask(url)
      store.set(url, answer)
      return new Text(answer)
    },
  }
})
