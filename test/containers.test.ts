/** What can be known of the container files without a container engine: that they agree with each other and the app. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../src/config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8')

interface Service {
  image?: string
  profiles?: string[]
  environment?: Record<string, string | null>
  ports?: string[]
  volumes?: string[]
  depends_on?: string[] | Record<string, unknown>
  mem_limit?: string
  stop_grace_period?: string
}
const compose = parse(read('docker-compose.yml')) as { services: Record<string, Service>; volumes: object }
const services = Object.entries(compose.services)
const { app, redis } = compose.services

const dockerfile = read('Dockerfile').split('\n')
const instruction = (name: string) =>
  dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))

const bytes = (text = '') => {
  const [, number, unit = ''] = /^(\d+)([kmg])?b?$/.exec(text) ?? []
  return Number(number) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit)
}

describe('docker-compose.yml', () => {
  it('given any image, when it is named, then with a version', () => {
    const stages = instruction('FROM').map((from) => from.split(' AS '))
    const bases = stages.map(([image]) => image).filter((image) => !stages.some(([, name]) => name === image))
    const images = [...services.flatMap(([, { image }]) => image ?? []), ...bases]
    expect(images).toHaveLength(8)
    for (const image of images) expect(image).toMatch(/^[a-z0-9/_-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)*$/)
  })

  it('given no profile, when started, then there are the API, Postgres and Redis; the rest is asked for', () => {
    const profiles = Object.fromEntries(services.map(([name, { profiles = [] }]) => [name, profiles]))
    expect(profiles).toEqual({
      app: [],
      postgres: [],
      redis: [],
      prometheus: ['observe'],
      grafana: ['observe'],
      'postgres-exporter': ['observe'],
      'redis-exporter': ['observe'],
      k6: ['load'],
    })
  })

  it('given a mounted file or volume, when started, then it exists', () => {
    const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    expect(sources.length).toBeGreaterThan(0)
    const missing = sources.filter((source) =>
      source.startsWith('./') ? !existsSync(`${root}/${source}`) : !(source in compose.volumes),
    )
    expect(missing).toEqual([])
  })

  it('given a published port, when started, then only this machine reaches it', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports)
    expect(ports).toHaveLength(3)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('given the environment of the API, when it starts, then it knows every name and accepts every value', () => {
    const environment = app?.environment ?? {}
    const known = read('src/config.ts')
    expect(Object.keys(environment).filter((name) => !new RegExp(`^  ${name}: `, 'm').test(known))).toEqual([])
    const given = Object.entries(environment).map(([name, value]) => [name, value ?? undefined])
    expect(loadConfig(Object.fromEntries(given))).toMatchObject({ REDIS_URL: 'redis://redis:6379' })
  })

  it('given a stop, when requests are under way, then the API has more time than it takes for itself', () => {
    const { DRAIN_TIMEOUT_MS } = loadConfig({ DATABASE_URL: 'postgres://localhost' })
    expect(Number.parseInt(app?.stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(DRAIN_TIMEOUT_MS)
  })

  it('given a full Redis, when it holds its maxmemory, then the container allows more', () => {
    const maxmemory = /^maxmemory (\S+)$/m.exec(read('redis.conf'))?.[1]
    expect(bytes(redis?.mem_limit)).toBeGreaterThan(bytes(maxmemory) * 1.2)
  })
})

describe('Dockerfile', () => {
  it('given what is copied from the checkout, when built, then it exists and .dockerignore lets it in', () => {
    const ignore = read('.dockerignore').split('\n')
    const copied = instruction('COPY').filter((copy) => !copy.startsWith('--from='))
    const sources = copied.flatMap((copy) => copy.split(' ').slice(0, -1))
    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) {
      expect(existsSync(`${root}/${source}`), source).toBe(true)
      expect(ignore).toContain(`!${source.split('/')[0]}`)
    }
  })

  it('given the image, when run, then an unprivileged node is process 1 and runs a script that is there', () => {
    expect(instruction('USER')).toEqual(['node'])
    const [node, script] = JSON.parse(instruction('CMD')[0] ?? '') as string[]
    expect(node).toBe('node')
    expect(existsSync(`${root}/${script}`)).toBe(true)
  })
})

describe('Prometheus and Grafana', () => {
  interface Dashboard {
    panels: { title: string; description?: string; datasource?: { uid: string }; targets?: { expr: string }[] }[]
  }
  const dashboards = globSync(`${root}/grafana/dashboards/*.json`).map(
    (path) => JSON.parse(readFileSync(path, 'utf8')) as Dashboard,
  )
  const panels = dashboards.flatMap(({ panels }) => panels).filter(({ targets }) => targets)
  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { uid: string; url: string }[]
  }

  it('given a host that a configuration names, when looked up, then it is a service', () => {
    const { scrape_configs } = parse(read('prometheus/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[]
    }
    const targets = scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets))
    const urls = [...targets.map((target) => `http://${target}`), ...datasources.map(({ url }) => url)]
    const load = compose.services.k6?.environment?.BASE_URL ?? ''
    const hosts = [...urls, load].map((url) => new URL(url).hostname)
    expect(hosts).toEqual(['app', 'postgres-exporter', 'redis-exporter', 'prometheus', 'app'])
    expect(hosts.filter((host) => !(host in compose.services))).toEqual([])
  })

  it('given a panel, when looked at, then it says what it shows and asks the provisioned Prometheus', () => {
    expect(panels.length).toBeGreaterThan(10)
    for (const { title, description, datasource } of panels) {
      expect(description, title).toMatch(/\.$/)
      expect(datasource?.uid, title).toBe(datasources[0]?.uid)
    }
  })
})

/** The command of Compose 2 or later, or why there is none. */
function composeCommand(): { command: string[] } | { why: string } {
  for (const [file, ...args] of [['docker', 'compose'], ['docker-compose']] as [string, ...string[]][]) {
    try {
      const version = execFileSync(file, [...args, 'version', '--short'], { encoding: 'utf8', stdio: 'pipe' })
      if (!/^v?1\./.test(version)) return { command: [file, ...args] }
    } catch {
      // not here
    }
  }
  return { why: 'neither "docker compose" nor "docker-compose" 2.x is on this machine' }
}

const found = composeCommand()
if ('why' in found) console.info(`docker-compose.yml is not checked by Compose itself: ${found.why}.`)
else {
  it('given docker-compose.yml, when Compose itself reads it, then it is valid', () => {
    const [file = '', ...args] = found.command
    const check = ['--project-directory', root, '--profile', '*', 'config', '--quiet']
    expect(() => execFileSync(file, [...args, ...check], { stdio: 'pipe' })).not.toThrow()
  })
}
