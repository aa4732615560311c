-- The version of a tag. One that is unknown (never used, expired, evicted) becomes the present tick: entries that
-- are older than its disappearance can't be vouched for.
-- KEYS clock, tag   ARGV ttl ms
local version = redis.call('GET', KEYS[2])
if version then
  -- Not each time: every change of a tag is told to every process.
  if redis.call('PTTL', KEYS[2]) < ARGV[1] / 2 then redis.call('PEXPIRE', KEYS[2], ARGV[1]) end
  return version
end
local tick = redis.call('GET', KEYS[1])
if not tick then
  local time = redis.call('TIME')
  tick = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('SET', KEYS[1], tick)
end
redis.call('SET', KEYS[2], tick, 'PX', ARGV[1])
return tick
