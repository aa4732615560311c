import { describe, expect, it } from 'vitest'
import { loadCommand } from './command.ts'

const scenario = {
  root: '/checkout',
  name: 'smoke',
  baseUrl: 'http://127.0.0.1:3000',
  variables: { SEED: '7' },
  options: ['--out', 'csv=a.csv'],
}
const run =
  'run --quiet --env SCENARIO=smoke --env BASE_URL=http://127.0.0.1:3000 --env SEED=7 --out csv=a.csv load-tests/engine-k6/main.ts'

describe('the command line of a load test', () => {
  it('given a k6 on this machine, when options are given, then they come before the script', () => {
    const k6 = { kind: 'binary', path: '/usr/bin/k6', version: 'k6 v2.2.0' } as const
    const { file, args } = loadCommand(k6, scenario, { platform: 'linux' })
    expect([file, ...args].join(' ')).toBe(`/usr/bin/k6 ${run}`)
  })

  it('given Docker on Linux, when the server is on localhost, then the container shares its network', () => {
    const { file, args } = loadCommand({ kind: 'docker' }, scenario, { platform: 'linux', user: { uid: 7, gid: 8 } })
    expect([file, ...args].join(' ')).toBe(
      'docker run --rm --interactive --network host --user 7:8 --volume /checkout:/checkout --workdir /checkout' +
        ' --env K6_NO_USAGE_REPORT=true --env LOAD_PASSWORD --env STAFF_PASSWORD --env ADMIN_PASSWORD grafana/k6:2.2.0' +
        ` ${run}`,
    )
  })

  it.each([
    ['http://127.0.0.1:3000', 'http://host.docker.internal:3000'],
    ['http://localhost:3000/shop', 'http://host.docker.internal:3000/shop'],
    ['https://shop.example', 'https://shop.example'],
    ['http://localhost:1,http://localhost:2', 'http://host.docker.internal:1,http://host.docker.internal:2'],
  ])('given Docker on a Mac, when the server is at %s, then the container calls %s', (baseUrl, called) => {
    const { args } = loadCommand({ kind: 'docker' }, { ...scenario, baseUrl }, { platform: 'darwin' })
    expect(args).toContain(`BASE_URL=${called}`)
    expect(args).not.toContain('host')
  })
})
