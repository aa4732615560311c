-- How long an old value may outlive a process that died between commit and store, ms.
local HORIZON = 2000
-- How long the note of a write stays: its horizon, and the longest load, which may have read the row before the commit.
local NOTE = HORIZON + 5000

-- The version in an envelope (see envelope.ts); 0 for no entry, or for one that is not ours.
local function stored_version(key)
  if redis.call('TYPE', key).ok ~= 'string' then return 0 end
  local bytes = redis.call('GETRANGE', key, 14, 21)
  if #bytes < 8 or redis.call('GETRANGE', key, 0, 0) ~= '\1' then return 0 end
  return (struct.unpack('<d', bytes))
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- While a write is under way, nothing may be cached for longer than its horizon.
local function bounded_ttl(pending, ttl)
  if redis.call('ZCOUNT', pending, now_ms(), '+inf') == 0 then return ttl end
  return math.min(ttl, HORIZON)
end

-- What is known of the entry has changed: writes that are under way can't tell any more whether theirs is the latest.
local function cast_doubt(pending)
  for _, token in ipairs(redis.call('ZRANGE', pending, 0, -1)) do
    if string.sub(token, 1, 1) ~= '!' then
      local score = redis.call('ZSCORE', pending, token)
      redis.call('ZREM', pending, token)
      redis.call('ZADD', pending, score, '!' .. token)
    end
  end
end
