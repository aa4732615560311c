-- Prepended to every script.

-- How long an old value may outlive a process that died between commit and store, ms. Must equal horizonMs in
-- write-through.ts.
local HORIZON = 2000
-- How long a pending write is remembered, ms: the horizon plus the longest load, which may have read the row before the
-- commit.
local PENDING_MS = HORIZON + 5000

-- Returns the version in a stored envelope (see envelope.ts); 0 if there is none or the format is unknown.
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

-- Limits a TTL to the horizon while a write is pending.
local function bounded_ttl(pending, ttl)
  if redis.call('ZCOUNT', pending, now_ms(), '+inf') == 0 then return ttl end
  return math.min(ttl, HORIZON)
end

-- Marks all pending writes of an entry as doubtful ('!'): the entry changed, so they no longer know whether their own
-- change is the latest.
local function mark_doubtful(pending)
  for _, token in ipairs(redis.call('ZRANGE', pending, 0, -1)) do
    if string.sub(token, 1, 1) ~= '!' then
      local score = redis.call('ZSCORE', pending, token)
      -- In this order: a set that loses its last member loses its TTL, too.
      redis.call('ZADD', pending, score, '!' .. token)
      redis.call('ZREM', pending, token)
    end
  end
end
