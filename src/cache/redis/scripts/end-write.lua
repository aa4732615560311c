-- Ends a write that Postgres has decided, and fences off the loads in progress. Afterwards nothing older is cached.
-- KEYS value, lease, value and lease of the neighbouring schema, pending writes
-- ARGV token, payload ('' if the commit failed or seems to have: nothing is stored, and the horizon stays), ttl ms,
--   version, channel, announcements, entry, '1' if the write is known to have begun on this server before the commit
-- Returns 1 if stored, -1 if a newer version is stored, 0 if the entry is not cached now.
redis.call('DEL', KEYS[2], KEYS[4])
redis.call('PUBLISH', ARGV[5], 'written')
redis.call('PUBLISH', ARGV[6], ARGV[7])
if ARGV[2] == '' then
  return 0
end
local is_latest = redis.call('ZREM', KEYS[5], ARGV[1]) == 1 and ARGV[8] == '1' -- no other change ended meanwhile
redis.call('ZREM', KEYS[5], '!' .. ARGV[1])
local version = tonumber(ARGV[4])
local neighbor = stored_version(KEYS[3])
if neighbor == 0 or neighbor < version then
  redis.call('DEL', KEYS[3])
end
local stored = stored_version(KEYS[1])
if stored > version then
  return -1
end
mark_doubtful(KEYS[5])
-- There is no version to compare with: no entry, a negative one, or one of version 0.
if stored == 0 and not is_latest then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', bounded_ttl(KEYS[5], tonumber(ARGV[3])))
return 1
