/**
 * Mutants: the engine with one guard removed. The search must find each of them; one that it does not find is a hole in
 * its invariants, or in what it tries. Each is a replacement of text that stands exactly once in a file of src/cache.
 */

export interface Mutant {
  name: string
  /** The guard that this mutant lacks. */
  guard: string
  file: string
  from: string
  to: string
}

export const mutants: readonly Mutant[] = [
  {
    name: 'fill-without-fence',
    guard: 'a fill is refused without the lease',
    file: 'redis/scripts/fill.lua',
    from: `if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end`,
    to: '',
  },
  {
    name: 'invalidation-keeps-lease',
    guard: 'an invalidation takes the lease away',
    file: 'redis/scripts/invalidate.lua',
    from: `redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])`,
    to: `redis.call('DEL', KEYS[1], KEYS[3])`,
  },
  {
    name: 'two-leases',
    guard: 'a lease is given to one holder at a time',
    file: 'redis/scripts/acquire.lua',
    from: `redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])`,
    to: `redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])`,
  },
  {
    name: 'near-epoch-when-stored',
    guard: 'a near entry has the epoch of the check of its tags (fault 1)',
    file: 'entries.ts',
    from: `          epoch: tagEpoch,`,
    to: `          epoch: engine.tags.epoch(),`,
  },
  {
    name: 'near-without-epoch',
    guard: 'a near entry is checked again after a change of tags',
    file: 'near/near-cache.ts',
    from: `remainingMs > 0 && (entry.epoch === tags.epoch() || isStillValid(entry))`,
    to: `remainingMs > 0`,
  },
  {
    name: 'near-without-sequence',
    guard: 'a near entry is refused if its key changed since it was read',
    file: 'near/near-cache.ts',
    from: `const isUnchanged = readAt >= floor && (lastChanges.get(key) ?? 0) <= readAt`,
    to: `const isUnchanged = readAt >= floor`,
  },
  {
    name: 'near-survives-a-gap',
    guard: 'near caches are emptied when reports may have been missed',
    file: 'near/near-cache.ts',
    from: `  tracking.watch(prefix, (redisKey) => remove(keyOf(redisKey)), clear)`,
    to: `  tracking.watch(prefix, (redisKey) => remove(keyOf(redisKey)), () => {})`,
  },
  {
    name: 'near-without-tracking',
    guard: 'nothing is stored near while tracking is off',
    file: 'near/near-cache.ts',
    from: `isUnchanged && tracking.isOn() && entry.expiresAt`,
    to: `isUnchanged && entry.expiresAt`,
  },
  {
    name: 'tag-answer-kept-after-a-change',
    guard: 'the version of a tag is not kept if the tag changed while it was fetched',
    file: 'tags/tags.ts',
    from: `          if (requests.get(name) !== version) return all[index]`,
    to: ``,
  },
  {
    name: 'tags-survive-a-gap',
    guard: 'the versions of tags are forgotten when reports may have been missed',
    file: 'tags/tags.ts',
    from: `    versions.clear()
    requests.clear()`,
    to: ``,
  },
  {
    name: 'stamp-after-the-load',
    guard: 'the stamp of an entry is taken before its load begins',
    file: 'fenced-load.ts',
    from: `        const loaded = await source.load()
        const filled = entries.fill(key, token, loaded, stamp, unusablePayload)`,
    to: `        const loaded = await source.load()
        const filled = entries.fill(key, token, loaded, (await tags.currentTick()) ?? stamp, unusablePayload)`,
  },
  {
    name: 'joins-any-hit',
    guard: 'a read that joined another asks again unless that one loaded what was still current',
    file: 'coalescing/single-flight.ts',
    from: `if (isCurrent && call.epoch === currentEpoch()) return value`,
    to: `return value`,
  },
  {
    name: 'invalidation-keeps-near',
    guard: 'an invalidation drops the near entry of its own process at once',
    file: 'aside.ts',
    from: `    near?.delete(key)
    singleFlight.forget(key)
    const names`,
    to: `    singleFlight.forget(key)
    const names`,
  },
  {
    name: 'write-keeps-unversioned',
    guard: 'a write leaves no entry that has no version to compare with (fault 2)',
    file: 'redis/scripts/end-write.lua',
    from: `  redis.call('DEL', KEYS[1])
  return 0`,
    to: `  return 0`,
  },
  {
    name: 'write-keeps-older-loads',
    guard: 'a write fences off the loads in progress',
    file: 'redis/scripts/end-write.lua',
    from: `redis.call('DEL', KEYS[2], KEYS[4])`,
    to: ``,
  },
  {
    name: 'write-over-newer',
    guard: 'a write does not replace a newer version',
    file: 'redis/scripts/end-write.lua',
    from: `if stored > version then
  return -1
end`,
    to: ``,
  },
  {
    name: 'write-is-always-sure',
    guard: 'a write that another change has overtaken stores nothing where nothing is to compare with',
    file: 'redis/scripts/end-write.lua',
    from: `if stored == 0 and not is_latest then`,
    to: `if false then`,
  },
  {
    name: 'write-casts-no-doubt',
    guard: 'a change makes the writes in progress doubtful',
    file: 'redis/scripts/end-write.lua',
    from: `mark_doubtful(KEYS[5])`,
    to: ``,
  },
  {
    name: 'pending-writes-stay',
    guard: 'the set of pending writes keeps its TTL (fault 3)',
    file: 'redis/scripts/shared.lua',
    from: `      redis.call('ZADD', pending, score, '!' .. token)
      redis.call('ZREM', pending, token)`,
    to: `      redis.call('ZREM', pending, token)
      redis.call('ZADD', pending, score, '!' .. token)`,
  },
  {
    name: 'neighbor-stays',
    guard: 'an invalidation reaches the entries of the neighbouring schema (fault 5)',
    file: 'redis/scripts/invalidate.lua',
    from: `redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])`,
    to: `redis.call('DEL', KEYS[1], KEYS[2])`,
  },
  {
    name: 'write-keeps-neighbor',
    guard: 'a write removes the older entry of the neighbouring schema (fault 5)',
    file: 'redis/scripts/end-write.lua',
    from: `if neighbor == 0 or neighbor < version then
  redis.call('DEL', KEYS[3])
end`,
    to: ``,
  },
  {
    name: 'one-copy-of-the-tags',
    guard: 'the state of the tags is restored from its other copy, with all versions',
    file: 'redis/scripts/tags.lua',
    from: `    redis.call('ZUNIONSTORE', first, 1, second)`,
    to: `    for _, member in ipairs({ '!clock', '!floor' }) do redis.call('ZADD', first, redis.call('ZSCORE', second, member), member) end`,
  },
  {
    name: 'lost-tags-mean-valid',
    guard: 'without the state of the tags every entry is invalid',
    file: 'redis/scripts/tags.lua',
    from: `    begin_tags(keys, next_tick(0))`,
    to: `    begin_tags(keys, 1)`,
  },
  {
    name: 'wakes-nobody-up-again',
    guard: 'a read that has subscribed looks again before it waits',
    file: 'read.ts',
    from: `if (subscription) await subscription.wait(`,
    to: `if (subscription || true) await (subscription ??= await wakeUps.subscribe(keys.channel(key))).wait(`,
  },
  {
    name: 'loads-for-ever',
    guard: 'a load ends at its deadline',
    file: 'coalescing/loads.ts',
    from: `await Promise.race([loading, timeout.promise])`,
    to: `await loading`,
  },
  {
    name: 'no-horizon',
    guard: 'what is cached when a write begins lives for the horizon at most',
    file: 'redis/scripts/begin-write.lua',
    from: `redis.call('PEXPIRE', KEYS[index], HORIZON)`,
    to: ``,
  },
  {
    name: 'no-horizon-for-fills',
    guard: 'what is filled while a write is pending lives for the horizon at most',
    file: 'redis/scripts/shared.lua',
    from: `  return math.min(ttl, HORIZON)`,
    to: `  return ttl`,
  },
  {
    name: 'stays-subscribed',
    guard: 'a read that is over ends its subscription',
    file: 'coalescing/wake-ups.ts',
    from: `          channels.delete(channel)`,
    to: `          return`,
  },
]
