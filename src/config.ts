/** Every environment variable, read and checked once. A wrong one ends the start with a message that names it. */
import { z } from 'zod'
import packageJson from '../package.json' with { type: 'json' }
import { parseSealKeys } from './cache/codec/codec.ts'
import { cacheModes, mechanisms } from './cache/switches.ts'

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )

const oneOf = <const T extends readonly string[]>(values: T) => z.enum(values, `must be one of ${values.join(', ')}`)

const listOf = <const T extends readonly string[]>(values: T) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.enum(values, { error: ({ input }) => `"${input}" is not one of ${values.join(', ')}` })))

const sealKeys = z.string().transform((text, context) => {
  try {
    return parseSealKeys(text)
  } catch {
    context.addIssue('must be keys of 32 bytes, base64 or hex, separated by commas')
    return z.NEVER
  }
})

const environment = z.object({
  DATABASE_URL: url('postgres:', 'postgresql:'),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  REDIS_HOST: z
    .string()
    .refine((host) => URL.canParse(redisUrl(host, 6379)), 'must be the name or the address of a host')
    .default('127.0.0.1'),
  REDIS_PORT: wholeNumber(1, 65_535).default(6379),
  REDIS_PASSWORD: z.string().optional(),
  HOST: z.string().optional(),
  PORT: wholeNumber(0, 65_535).default(3000),
  DATA_DIR: z.string().default('.data'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  CACHE_MODE: oneOf(cacheModes).default('full'),
  CACHE_DISABLE: listOf(mechanisms).default([]),
  CACHE_PREFIX: z.string().max(32, 'must have at most 32 characters').default('shop'),
  CACHE_SEAL_KEY: sealKeys.default([]),
  HTTP_MAX_AGE: wholeNumber(0, 86_400).default(0),
  CONSISTENCY_SAMPLES_PER_SECOND: wholeNumber(0, 100).default(2),
  WARM_PRODUCTS: wholeNumber(0, 100_000).default(500),
  SESSION_COOKIE: oneOf(['secure', 'plain']).default('secure'),
  TRUST_PROXY: wholeNumber(0, 16).default(0),
  RATE_LIMITS: oneOf(['on', 'off']).default('on'),
  RATE_LIMIT_READS: wholeNumber(1, 10_000_000).default(6_000),
  RATE_LIMIT_WRITES: wholeNumber(1, 10_000_000).default(300),
  RATE_LIMIT_LOGINS: wholeNumber(1, 1_000_000).default(100),
  RATE_LIMIT_REGISTRATIONS: wholeNumber(1, 1_000_000).default(20),
  MAX_IN_FLIGHT: wholeNumber(1, 1_000_000).default(2_000),
  MAX_EVENT_LOOP_DELAY_MS: wholeNumber(50, 600_000).default(1_000),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
  REDIS_TIMEOUT_MS: wholeNumber(10, 10_000).default(100),
  DB_POOL_MAX: wholeNumber(1, 1_000).default(10),
  DB_ACQUIRE_TIMEOUT_MS: wholeNumber(10, 60_000).default(2_000),
  DB_STATEMENT_TIMEOUT_MS: wholeNumber(10, 600_000).default(5_000),
  DRAIN_DELAY_MS: wholeNumber(0, 600_000).default(250),
  DRAIN_TIMEOUT_MS: wholeNumber(0, 600_000).default(10_000),
})

/** The names of all variables. */
export const variables = Object.keys(environment.shape)

export type Config = ReturnType<typeof loadConfig>

/** Carries one line for each variable that is wrong. Never a value: some are secrets. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** The configuration in `env`. An empty variable counts as unset. Throws ConfigError. */
export function loadConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0])
      return `  ${name}: ${given[name] === undefined ? 'is required' : issue.message}`
    })
    throw new ConfigError(`The configuration is wrong:\n${lines.join('\n')}`)
  }
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, ...rest } = parsed.data
  return {
    ...rest,
    VERSION: packageJson.version,
    REDIS_URL: REDIS_URL ?? redisUrl(REDIS_HOST, REDIS_PORT, REDIS_PASSWORD),
  }
}

function redisUrl(host: string, port: number, password?: string): string {
  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  return `redis://${login}${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** `url` for a log line: the password is masked. */
export function maskPassword(url: string): string {
  const parsed = new URL(url)
  if (parsed.password) parsed.password = '***'
  return parsed.href
}
