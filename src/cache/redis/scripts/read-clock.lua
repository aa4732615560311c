-- The tags' clock; started if it is not there.
-- KEYS clock
local tick = redis.call('GET', KEYS[1])
if not tick then
  local time = redis.call('TIME')
  tick = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('SET', KEYS[1], tick)
end
return tick
