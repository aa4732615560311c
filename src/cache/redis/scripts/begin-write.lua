-- Begins a write that Postgres will decide, or renews it. Until it ends, cached values live for the horizon at most.
-- KEYS value, value of the neighbouring schema, pending writes   ARGV token, '1' if this is a renewal
for index = 1, 2 do
  if redis.call('PTTL', KEYS[index]) > HORIZON then redis.call('PEXPIRE', KEYS[index], HORIZON) end
end
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
-- If a renewal does not find its token, the entry changed meanwhile, or may have.
local is_doubtful = ARGV[2] == '1' and not redis.call('ZSCORE', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[3], now + PENDING_MS, (is_doubtful and '!' or '') .. ARGV[1])
redis.call('PEXPIRE', KEYS[3], PENDING_MS * 2)
return 1
