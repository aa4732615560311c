import { describe, expect, it } from 'vitest'
import { readGiven } from './given.ts'

const postgres = 'postgres://db/shop'

describe('databases from the environment', () => {
  it.each([
    [{}, undefined, undefined],
    [{ DATABASE_URL: '', REDIS_URL: '', REDIS_HOST: '' }, undefined, undefined],
    [{ DATABASE_URL: postgres }, postgres, undefined],
    [{ REDIS_URL: 'redis://cache' }, undefined, 'redis://cache'],
    [{ REDIS_HOST: 'cache' }, undefined, 'redis://cache:6379'],
    [{ DATABASE_URL: postgres, REDIS_PORT: '7' }, postgres, 'redis://127.0.0.1:7'],
  ])('given %j, when read, then Postgres is %s and Redis is %s', (env, databaseUrl, redisUrl) => {
    expect(readGiven(env).given).toEqual({ databaseUrl, redisUrl })
  })

  it('given a wrong variable, when read, then the message names it', () => {
    expect(() => readGiven({ DATABASE_URL: 'mysql://db/shop' })).toThrow('DATABASE_URL: must be')
    expect(() => readGiven({ REDIS_PORT: 'x' })).toThrow('REDIS_PORT: must be')
  })
})
