-- Removes the entry and fences off whoever is loading it; loads under way are not to be joined any more, anywhere.
-- KEYS value, lease, pending writes   ARGV channel, announcements, entry
redis.call('DEL', KEYS[1], KEYS[2])
cast_doubt(KEYS[3])
redis.call('PUBLISH', ARGV[1], 'invalidated')
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
