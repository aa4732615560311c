-- A fenced fill: stores a loaded value only if the caller still holds the lease. Every invalidation removes the lease,
-- so a load that began before an invalidation is never stored, even if the value was evicted meanwhile.
-- KEYS value, lease, pending writes   ARGV token, payload, ttl ms, version (0: none), channel,
--   SHA-1 of the payload that the load replaces because it was unusable ('' if none): its version is ignored
-- Returns 1 if stored, 0 if the caller does not hold the lease, -1 if a newer version is stored.
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
