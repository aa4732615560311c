-- Invalidates an entry: removes its value and, as a fence, its lease, so no load in progress can fill it. The
-- announcement keeps the single flights of all processes from sharing such a load.
-- KEYS value, lease, value and lease of the neighbouring schema, pending writes   ARGV channel, announcements, entry
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
mark_doubtful(KEYS[5])
redis.call('PUBLISH', ARGV[1], 'invalidated')
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
