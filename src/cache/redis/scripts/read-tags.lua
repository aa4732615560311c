-- Returns the versions of tags; for an empty name the latest tick of the clock.
-- KEYS state, state   ARGV tag, …
open_tags(KEYS[1], KEYS[2])
local floor = redis.call('ZSCORE', KEYS[1], '!floor')
local versions = {}
for index, name in ipairs(ARGV) do
  versions[index] = redis.call('ZSCORE', KEYS[1], name == '' and '!clock' or '=' .. name) or floor
end
return versions
