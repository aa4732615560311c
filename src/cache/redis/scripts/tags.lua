-- Prepended to every script, after shared.lua.

-- The state of the tags is a sorted set. The score of each member is a tick of the tags' clock:
--   =name      the tick at which this tag was last invalidated
--   !clock     the latest tick
--   !floor     the oldest tick that says anything: a tag that is not a member counts as invalidated then
--   !server:id the id of the Redis server that has executed every invalidation (see server-watch.ts)
-- It is kept twice under two keys without a TTL. Under volatile-* policies neither is ever evicted; under allkeys-*
-- either may be, and the other one restores it. Without both, every entry is invalid.

-- A tag is forgotten after this time, microseconds: longer than any entry lives in Redis (two days).
local TAG_LIFE = 3 * 24 * 60 * 60 * 1000000
-- Tags that one call forgets at most.
local MAX_FORGOTTEN = 10

-- A tick never falls behind the server's time, so that the clock goes on from a later tick after its state was lost.
local function next_tick(latest)
  local time = redis.call('TIME')
  return math.max(latest + 1, time[1] * 1000000 + time[2])
end

-- As text: Lua would round a number of 16 digits.
local function text_of(tick)
  return string.format('%.0f', tick)
end

local function server_member()
  local info = redis.pcall('INFO', 'server') -- an error, as a table, for a user who may not ask
  local id = type(info) == 'string' and string.match(info, 'run_id:(%w+)')
  return id and '!server:' .. id
end

-- Begins a new state at this tick: all entries that are older are invalid.
local function begin_tags(keys, tick)
  local text = text_of(tick)
  redis.call('DEL', keys[1], keys[2])
  for _, key in ipairs(keys) do redis.call('ZADD', key, text, '!clock', text, '!floor') end
  local server = server_member()
  if server then
    for _, key in ipairs(keys) do redis.call('ZADD', key, text, server) end
  end
end

-- Makes sure that both copies are there. TOUCH also keeps them from looking idle to the eviction.
local function open_tags(first, second)
  local keys = { first, second }
  if redis.call('TOUCH', first, second) == 2 then return keys end
  if redis.call('EXISTS', first) == 1 then
    redis.call('ZUNIONSTORE', second, 1, first)
  elseif redis.call('EXISTS', second) == 1 then
    redis.call('ZUNIONSTORE', first, 1, second)
  else
    begin_tags(keys, next_tick(0))
  end
  return keys
end

-- Client-side tracking reports this key as changed. It exists for no longer than this call.
local function notify(key)
  redis.call('SET', key, '')
  redis.call('DEL', key)
end
