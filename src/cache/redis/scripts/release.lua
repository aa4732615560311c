-- Releases a lease after a failed load, and wakes the waiting reads: one of them gets the lease.
-- KEYS lease   ARGV token, channel
-- Returns 1, or 0 if the caller did not hold the lease.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', ARGV[2], 'released')
  return 1
end
return 0
