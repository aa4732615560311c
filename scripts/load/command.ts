/** The command line that runs a scenario, with a k6 of this machine or in a container. Both run in the checkout. */
import { type K6, k6Version } from './find-k6.ts'

export const k6Image = `grafana/k6:${k6Version.slice(1)}`

interface Scenario {
  root: string
  name: string
  baseUrl: string
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
      k6Image,
      ...k6Arguments(scenario, baseUrl),
    ],
  }
}

function k6Arguments({ name, options }: Scenario, baseUrl: string): string[] {
  return ['run', '--env', `BASE_URL=${baseUrl}`, ...options, `load-tests/${name}.ts`]
}

function reachableFromContainer(baseUrl: string): string {
  const url = new URL(baseUrl)
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) url.hostname = 'host.docker.internal'
  return url.href.replace(/\/$/, '')
}
