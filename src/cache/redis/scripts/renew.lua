-- A load takes its time: the lease is kept, if it is still the caller's.
-- KEYS lease   ARGV token, ms
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
