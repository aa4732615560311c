-- Voids all entries of a tag, however many: its version becomes the next tick of the tags' clock. The clock never
-- falls behind the server's time in microseconds, so that it goes on from a higher tick after it was evicted.
-- KEYS clock, tag   ARGV ttl ms
local time = redis.call('TIME')
local tick = math.max((tonumber(redis.call('GET', KEYS[1])) or 0) + 1, time[1] * 1000000 + time[2])
local text = string.format('%.0f', tick)
redis.call('SET', KEYS[1], text)
redis.call('SET', KEYS[2], text, 'PX', ARGV[1])
return text
