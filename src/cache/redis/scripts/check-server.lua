-- Compares this server with the one that has executed every invalidation. If it is another one, all entries become
-- invalid: it may have missed some.
-- KEYS state, state, notification
-- Returns 1 if it is the same, or if the server does not tell its id; 0 if it was another one.
local keys = open_tags(KEYS[1], KEYS[2])
local server = server_member()
if not server or redis.call('ZSCORE', KEYS[1], server) then
  return 1
end
begin_tags(keys, next_tick(tonumber(redis.call('ZSCORE', KEYS[1], '!clock'))))
notify(KEYS[3])
return 0
