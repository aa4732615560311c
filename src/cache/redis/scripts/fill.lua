-- A fenced fill: stores only what was loaded under the present lease. Whoever invalidated the entry took the lease
-- away, so a loader that read the old row comes too late, however the entry fared meanwhile.
-- KEYS value, lease, pending writes   ARGV token, payload, ttl ms, version (0: none), channel,
--   SHA-1 of the payload that the loader could not use ('' if none): its version says nothing
-- Returns 1 if stored, 0 if the lease is not the caller's, -1 if what is stored is newer.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[2])
local result = 1
if tonumber(ARGV[4]) > 0 and stored_version(KEYS[1]) > tonumber(ARGV[4])
  and (ARGV[6] == '' or redis.sha1hex(redis.call('GET', KEYS[1])) ~= ARGV[6]) then
  result = -1
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', bounded_ttl(KEYS[3], tonumber(ARGV[3])))
end
redis.call('PUBLISH', ARGV[5], 'filled')
return result
