/** The command line that runs a scenario, with a k6 of this machine or in a container. Both run in the checkout. */
import { type K6, k6Version } from './find-k6.ts'

export const k6Image = `grafana/k6:${k6Version.slice(1)}`

/** Those config/settings.ts may be given. */
const secrets = ['LOAD_PASSWORD', 'STAFF_PASSWORD', 'ADMIN_PASSWORD']

interface Scenario {
  root: string
  name: string
  baseUrl: string
  /** What the scenario is told beside it. */
  variables: Record<string, string>
  /** Given on to k6 as they are. */
  options: string[]
}

interface Command {
  file: string
  args: string[]
}

/** `k6` as found, and the platform and user as Node names them. */
export function loadCommand(
  k6: Extract<K6, { kind: 'binary' | 'docker' }>,
  scenario: Scenario,
  host: { platform: string; user?: { uid: number; gid: number } },
): Command {
  if (k6.kind === 'binary') return { file: k6.path, args: k6Arguments(scenario, scenario.baseUrl) }
  // On Linux a container can share the host's network; elsewhere the host has a name of its own.
  const onLinux = host.platform === 'linux'
  const baseUrl = onLinux ? scenario.baseUrl : reachableFromContainer(scenario.baseUrl)
  return {
    file: 'docker',
    args: [
      'run',
      '--rm',
      '--interactive',
      ...(onLinux ? ['--network', 'host'] : []),
      ...(host.user ? ['--user', `${host.user.uid}:${host.user.gid}`] : []),
      '--volume',
      `${scenario.root}:/checkout`,
      '--workdir',
      '/checkout',
      '--env',
      'K6_NO_USAGE_REPORT=true',
      // By name only: docker takes their values from this process, and they show in no list of processes.
      ...secrets.flatMap((name) => ['--env', name]),
      k6Image,
      ...k6Arguments(scenario, baseUrl),
    ],
  }
}

function k6Arguments({ name, variables, options }: Scenario, baseUrl: string): string[] {
  const all = Object.entries({ SCENARIO: name, BASE_URL: baseUrl, ...variables })
  const told = all.flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
  return ['run', '--quiet', ...told, ...options, 'load-tests/engine-k6/main.ts']
}

/** `baseUrl` may be several, separated by commas. */
function reachableFromContainer(baseUrl: string): string {
  return baseUrl.split(',').map(reachable).join(',')
}

function reachable(baseUrl: string): string {
  const url = new URL(baseUrl)
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) url.hostname = 'host.docker.internal'
  return url.href.replace(/\/$/, '')
}
