/**
 * The names of all metrics, once: the application makes them, dashboards and alert rules ask for them. A name that
 * changes here changes everywhere; a name that somebody's dashboard relies on (DESIGN.md, §7) does not change.
 */
export const metricNames = {
  build: 'app_build_info',

  procedures: 'trpc_request_duration_seconds',
  requestsInFlight: 'http_requests_in_flight',
  requestsShed: 'http_shed_total',
  eventLoopDelay: 'http_event_loop_delay_seconds',
  rateLimited: 'rate_limited_total',
  rateLimitFallbacks: 'rate_limit_fallbacks_total',

  cacheHits: 'cache_hits_total',
  cacheMisses: 'cache_misses_total',
  cacheReads: 'cache_read_duration_seconds',
  cacheErrors: 'cache_errors_total',
  cacheDecodeErrors: 'cache_decode_errors_total',
  cacheStale: 'cache_stale_total',
  cacheLoads: 'cache_load_duration_seconds',
  cacheLoadsRefused: 'cache_loads_refused_total',
  cacheCoalesced: 'cache_loads_coalesced_total',
  cacheWaits: 'cache_wait_duration_seconds',
  cacheEarlyRefreshes: 'cache_early_refreshes_total',
  cacheFillsRefused: 'cache_fills_refused_total',
  cacheInvalidations: 'cache_invalidations_total',
  cacheInvalidationLag: 'cache_invalidation_lag_seconds',
  cacheBreaker: 'cache_breaker_state',
  cacheTracking: 'cache_tracking_on',
  cacheNearBytes: 'cache_near_bytes',
  consistencyChecks: 'cache_consistency_checks_total',
  inconsistencies: 'cache_inconsistency_total',

  redisMemoryUsed: 'redis_memory_used_bytes',
  redisMemoryPeak: 'redis_memory_peak_bytes',
  redisEvicted: 'redis_evicted_keys_total',

  queries: 'db_query_duration_seconds',
  pool: 'db_pool_connections',
  poolMax: 'db_pool_connections_max',
  outboxPending: 'outbox_pending_changes',
  outboxOldest: 'outbox_oldest_change_seconds',

  reservations: 'inventory_reservations_total',
  views: 'product_views_total',
  logins: 'session_logins_total',

  // Made by the metrics library, of Node itself.
  eventLoopLagP99: 'nodejs_eventloop_lag_p99_seconds',
  eventLoopUtilization: 'nodejs_eventloop_utilization_summary',
  heapUsed: 'nodejs_heap_size_used_bytes',
  heapTotal: 'nodejs_heap_size_total_bytes',
  residentMemory: 'process_resident_memory_bytes',
  gc: 'nodejs_gc_duration_seconds',
  cpu: 'process_cpu_seconds_total',
} as const

/** The codes of answers that are the server's fault: these count against availability. */
export const serverFaults = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'] as const
