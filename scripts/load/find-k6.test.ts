import { describe, expect, it } from 'vitest'
import { findK6, type Probes } from './find-k6.ts'

/** A machine that has `files`, of which those in `k6s` answer "version". */
function machine(options: { files?: string[]; k6s?: string[]; docker?: boolean; K6_BIN?: string }): Probes {
  const { files = [], k6s = [], docker = false, K6_BIN } = options
  return {
    env: { PATH: '/usr/local/bin:/usr/bin', K6_BIN },
    isFile: (path) => files.includes(path) || k6s.includes(path),
    versionOf: async (path) => (k6s.includes(path) ? 'k6 v2.2.0' : undefined),
    dockerAnswers: async () => docker,
  }
}

const built = '/checkout/.k6/k6'
const installed = '/usr/bin/k6'
const go = '/usr/local/bin/go'
const find = (probes: Probes) => findK6('/checkout', probes)
const binary = (path: string) => ({ kind: 'binary', path, version: 'k6 v2.2.0' })

describe('finding k6', () => {
  it('given K6_BIN, when another was built here, then K6_BIN is used', async () => {
    expect(await find(machine({ K6_BIN: '/opt/k6', k6s: ['/opt/k6', built] }))).toEqual(binary('/opt/k6'))
  })

  it('given a K6_BIN that is no k6, when another could be used, then it is not passed over in silence', async () => {
    await expect(find(machine({ K6_BIN: '/opt/k6', k6s: [built] }))).rejects.toThrow('K6_BIN is /opt/k6')
  })

  it('given a k6 that was built here, when one is installed too, then the built one is used', async () => {
    expect(await find(machine({ k6s: [built, installed], docker: true }))).toEqual(binary(built))
  })

  it('given an installed k6 only, when Docker answers too, then the installed one is used', async () => {
    expect(await find(machine({ k6s: [installed], files: [go], docker: true }))).toEqual(binary(installed))
  })

  it('given a built k6 that does not run, when one is installed, then the installed one is used', async () => {
    expect(await find(machine({ files: [built], k6s: [installed] }))).toEqual(binary(installed))
  })

  it('given no k6, when Docker answers, then it is preferred to a build of minutes', async () => {
    expect(await find(machine({ files: [go], docker: true }))).toEqual({ kind: 'docker' })
  })

  it('given no k6 and no Docker engine, when Go is installed, then k6 is to be built with it', async () => {
    expect(await find(machine({ files: [go] }))).toEqual({ kind: 'build', go })
  })

  it('given nothing, when asked, then the answer says what to install', async () => {
    const found = await find(machine({}))
    expect(found.kind).toBe('missing')
    for (const way of ['PATH', 'K6_BIN', 'Docker', 'Go 1.25'])
      expect(found).toHaveProperty('help', expect.stringContaining(way))
  })
})
