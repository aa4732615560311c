-- Asks for the lease of an entry after a miss.
-- KEYS value, lease   ARGV token, lease ms, SHA-1 of the payload that the caller found unusable ('' if none)
-- Returns the payload if there is a usable one, 1 if the caller got the lease, else minus the lease's remaining ms.
local payload = redis.pcall('GET', KEYS[1]) -- a table (the error) if the key has another type: counts as no value
if type(payload) == 'string' and (ARGV[3] == '' or redis.sha1hex(payload) ~= ARGV[3]) then
  return payload
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
if redis.call('GET', KEYS[2]) == ARGV[1] then -- sent twice: the connection broke before the first reply
  return 1
end
return -math.max(redis.call('PTTL', KEYS[2]), 1)
