/** prometheus/prometheus.yml as it is shipped, for other targets: those of this machine instead of Compose's. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const folder = fileURLToPath(new URL('../../prometheus/', import.meta.url))

interface Config {
  global: { scrape_interval: string; scrape_timeout: string; evaluation_interval: string }
  rule_files: string[]
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
}

/** `targets`: host:port by job; a job without any is left out. `rules`: other files than the shipped ones. */
export function shippedConfig(targets: Record<string, string[]>, rules?: string[]): Config {
  const shipped = parse(readFileSync(`${folder}prometheus.yml`, 'utf8')) as Config
  return {
    ...shipped,
    rule_files: rules ?? shipped.rule_files.map((file) => folder + file),
    scrape_configs: shipped.scrape_configs.flatMap((job) => {
      const some = targets[job.job_name]
      return some ? { ...job, static_configs: [{ targets: some }] } : []
    }),
  }
}
