-- A write is about to be decided elsewhere: until it is known how, what is cached lives for its horizon at most.
-- KEYS value, pending writes   ARGV token, '1' if this is a renewal
if redis.call('PTTL', KEYS[1]) > HORIZON then
  redis.call('PEXPIRE', KEYS[1], HORIZON)
end
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
-- A renewal that does not find its note unblemished: there was a change meanwhile, or there may have been.
local doubtful = ARGV[2] == '1' and not redis.call('ZSCORE', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[2], now + NOTE, (doubtful and '!' or '') .. ARGV[1])
redis.call('PEXPIRE', KEYS[2], NOTE * 2)
return 1
