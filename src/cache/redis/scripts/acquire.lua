-- A miss: gives the value if there is one by now, else the lease, else how long its holder may keep it.
-- KEYS value, lease   ARGV token, lease ms, SHA-1 of the payload the caller has seen and can't use ('' if none)
-- Returns the payload, or 1 (the lease is yours), or minus the ms to wait at most.
local payload = redis.pcall('GET', KEYS[1]) -- an error, as a table, for a key of another type: as good as nothing
if type(payload) == 'string' and (ARGV[3] == '' or redis.sha1hex(payload) ~= ARGV[3]) then
  return payload
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
if redis.call('GET', KEYS[2]) == ARGV[1] then -- sent twice: the connection broke before the first answer arrived
  return 1
end
return -math.max(redis.call('PTTL', KEYS[2]), 1)
