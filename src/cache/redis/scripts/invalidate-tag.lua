-- Invalidates all entries of a tag, however many there are: the tag's version becomes the next tick.
-- KEYS state, state, notification   ARGV tag
local keys = open_tags(KEYS[1], KEYS[2])
local tick = next_tick(tonumber(redis.call('ZSCORE', KEYS[1], '!clock')))
local text = text_of(tick)
for _, key in ipairs(keys) do redis.call('ZADD', key, text, '!clock', text, '=' .. ARGV[1]) end
-- No entry is as old as these tags: what they say, the floor says too.
local oldest = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text_of(tick - TAG_LIFE), 'WITHSCORES', 'LIMIT', 0, MAX_FORGOTTEN + 3)
for index = 1, #oldest, 2 do
  if string.sub(oldest[index], 1, 1) == '=' then
    for _, key in ipairs(keys) do
      redis.call('ZREM', key, oldest[index])
      redis.call('ZADD', key, 'GT', oldest[index + 1], '!floor')
    end
  end
end
notify(KEYS[3])
return text
