-- The write is decided: whoever is loading the entry is fenced off. Its value is stored unless a newer one is there; if
-- there was another change meanwhile and nothing is there to compare with, it isn't either. With an empty payload (the
-- commit failed, or seems to have) nothing is stored, and the bound stays.
-- KEYS value, lease, pending writes   ARGV token, payload, ttl ms, version, channel, announcements, entry, '1' if the
--   write is known to have begun here before it was decided
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[5], 'written')
redis.call('PUBLISH', ARGV[6], ARGV[7])
if ARGV[2] == '' then
  return 0
end
local sure = redis.call('ZREM', KEYS[3], ARGV[1]) == 1 and ARGV[8] == '1'
redis.call('ZREM', KEYS[3], '!' .. ARGV[1])
local stored = stored_version(KEYS[1])
if stored > tonumber(ARGV[4]) then
  return -1
end
if not sure and stored == 0 then
  return 0
end
cast_doubt(KEYS[3])
redis.call('SET', KEYS[1], ARGV[2], 'PX', bounded_ttl(KEYS[3], tonumber(ARGV[3])))
return 1
