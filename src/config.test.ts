import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, maskPassword } from './config.ts'

const minimal = { DATABASE_URL: 'postgres://user:secret@localhost/shop' }
const message = (env: Record<string, string>) => {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return expect.unreachable('it should be refused')
}

describe('configuration', () => {
  it('given only what is required, when read, then the rest has defaults', () => {
    expect(loadConfig(minimal)).toMatchObject({
      PORT: 3000,
      REDIS_URL: 'redis://127.0.0.1:6379',
      CACHE_MODE: 'full',
      CACHE_DISABLE: [],
      LOG_LEVEL: 'info',
    })
  })

  it.each([
    ['PORT', 'abc'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['REDIS_URL', 'localhost:6379'],
    ['CACHE_MODE', 'fast'],
    ['CACHE_DISABLE', 'jitter,magic'],
    ['LOG_LEVEL', 'loud'],
    ['WARM_PRODUCTS', '-1'],
    ['DB_POOL_MAX', '0'],
    ['DB_POOL_MAX', '1.5'],
    ['REDIS_HOST', 'a b'],
  ])('given %s=%s, when read, then the message names the variable', (name, value) => {
    expect(message({ ...minimal, [name]: value })).toMatch(new RegExp(`^The configuration is wrong:\\n  ${name}: .+$`))
  })

  it('given several wrong variables, when read, then all are named, and no value that could be a secret', () => {
    const text = message({ DATABASE_URL: 'psql://user:hunter2@x', REDIS_URL: 'http://:hunter2@x', PORT: 'x' })
    expect(text).toMatch(/DATABASE_URL[\s\S]*REDIS_URL[\s\S]*PORT/)
    expect(text).not.toContain('hunter2')
    expect(message({})).toContain('DATABASE_URL: is required')
  })

  it('given empty variables, when read, then they count as unset', () => {
    expect(loadConfig({ ...minimal, PORT: '', REDIS_URL: '', CACHE_DISABLE: '' })).toMatchObject({ PORT: 3000 })
  })

  it('given a Redis by host, port and password, when read, then they make the URL', () => {
    const redis = { REDIS_HOST: 'cache', REDIS_PORT: '6380', REDIS_PASSWORD: 'p@ss' }
    expect(loadConfig({ ...minimal, ...redis }).REDIS_URL).toBe('redis://:p%40ss@cache:6380')
    expect(loadConfig({ ...minimal, ...redis, REDIS_URL: 'redis://other' }).REDIS_URL).toBe('redis://other')
  })

  it('given mechanisms to disable, when read, then spaces are no matter', () => {
    expect(loadConfig({ ...minimal, CACHE_DISABLE: ' jitter , coalescing' }).CACHE_DISABLE).toEqual([
      'jitter',
      'coalescing',
    ])
  })

  it('given a URL with a password, when printed, then it is masked', () => {
    expect(maskPassword(minimal.DATABASE_URL)).toBe('postgres://user:***@localhost/shop')
    expect(maskPassword('redis://localhost:6379')).toBe('redis://localhost:6379')
  })
})
