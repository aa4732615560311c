-- A write is about to be decided elsewhere: until it is known how, what is cached lives for its horizon at most.
-- KEYS value, pending writes   ARGV token
if redis.call('PTTL', KEYS[1]) > HORIZON then
  redis.call('PEXPIRE', KEYS[1], HORIZON)
end
local doubtful = redis.call('ZSCORE', KEYS[2], '!' .. ARGV[1]) -- this is a renewal, and there was a change meanwhile
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + NOTE, (doubtful and '!' or '') .. ARGV[1])
redis.call('PEXPIRE', KEYS[2], NOTE * 2)
return 1
