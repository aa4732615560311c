/** All names that figures are kept under, so that neither engine can be made to keep one for each key or id. */

export const procedures = [
  'catalog.product.bySlug',
  'catalog.product.byId',
  'catalog.product.list',
  'catalog.product.facets',
  'catalog.product.suggest',
  'catalog.product.current',
  'catalog.product.create',
  'catalog.product.update',
  'catalog.product.publish',
  'catalog.product.archive',
  'catalog.category.tree',
  'catalog.category.bySlug',
  'pricing.quote',
  'inventory.availability',
  'inventory.locations',
  'inventory.receive',
  'inventory.movements',
  'inventory.reconcile',
  'inventory.reservation.create',
  'inventory.reservation.byId',
  'inventory.reservation.commit',
  'inventory.reservation.release',
  'session.guest',
  'session.register',
  'session.login',
  'session.logout',
  'session.me',
  'session.list',
  'session.revoke',
  'profile.get',
  'profile.update',
  'analytics.trending',
  'cache.invalidate',
  'cache.inspect',
] as const

/** What a request is named after that is none of one procedure. */
export const otherRequests = ['/livez', '/readyz', '/metrics', '/api/products/{slug}', 'batch'] as const

export const counters = [
  /** Answers older than what was acknowledged to the same visitor. */
  'staleReads',
  /** Edits that were acknowledged, and those refused because another was first. */
  'edits',
  'conflicts',
  /** Units acknowledged to buyers, buyers told there are no more; by the ledger: units sold, and sold beyond what there was. */
  'granted',
  'refused',
  'sold',
  'oversold',
  /** What was acknowledged and is gone. */
  'lost',
  /** Times a hot key was not in the cache, and loads of its cache at Postgres. */
  'expiries',
  'loads',
  /** Seconds in which fewer reads than usual were hits; those of them in which Redis was there. */
  'coldSeconds',
  'recoverySeconds',
  'logins',
  /** Sessions that were accepted after their end; wrong passwords that were. */
  'revokedAccepted',
  'wrongAccepted',
] as const

/** Times of their own, ms. */
export const times = [
  /** From the acknowledgement of a change to the end of the first read that shows it. */
  'purgeMs',
  /** How late the generator itself began an iteration (Node): if it is much, the machine was too busy to measure. */
  'lateMs',
] as const

export type Procedure = (typeof procedures)[number]
export type RequestName = Procedure | (typeof otherRequests)[number]
export type CounterName = (typeof counters)[number]
export type TimeName = (typeof times)[number]
