/** The boundaries of docs/decisions/0009. A domain's public file bears the domain's name: catalog/catalog.ts. */
const domains = 'catalog|pricing|inventory|sessions|profiles|analytics|admin'

const publicFiles = domains.split('|').map((domain) => `^src/${domain}/${domain}[.]ts$`)

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'cache-and-platform-know-no-domain',
      severity: 'error',
      from: { path: '^src/(cache|platform)/' },
      to: { path: `^src/(${domains}|app[.]ts|main[.]ts)` },
    },
    {
      name: 'cache-knows-no-platform',
      severity: 'error',
      from: { path: '^src/cache/', pathNot: '[.]test[.]ts$' },
      to: { path: '^src/platform/' },
    },
    {
      name: 'domains-meet-at-their-public-file',
      severity: 'error',
      from: { path: `^src/(${domains})/` },
      to: { path: `^src/(${domains})/`, pathNot: ['^src/$1/', ...publicFiles] },
    },
    {
      name: 'sql-lives-in-repositories',
      comment: 'Only repository files of a domain, and the platform file that opens the database, know Prisma and pg.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['/repository[.]', '^src/platform/', '^src/generated/', '[.]test[.]ts$'] },
      to: {
        path: ['^src/generated/prisma', 'node_modules/pg/', 'node_modules/@prisma/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'redis-lives-in-the-cache',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cache/', '[.]test[.]ts$'] },
      to: { path: 'node_modules/ioredis' },
    },
    {
      name: 'metrics-library-in-one-file',
      comment: 'prom-client is an alias of its successor; one file would have to change back.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/metrics[.]ts$' },
      to: { path: ['node_modules/prom-client', 'node_modules/@prometheus-io'] },
    },
    {
      name: 'traces-in-one-file',
      comment:
        'What is off is not even imported: only otel.ts and its sampler know OpenTelemetry; its types may be named.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/tracing/(otel|sampler)[.]ts$' },
      to: { path: 'node_modules/@opentelemetry', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-knows-no-scripts',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]test[.]ts$' },
      to: { path: '^(scripts|test|load-tests|examples|grafana|prometheus)/' },
    },
  ],
  options: {
    exclude: { path: '^grafana/preview/' }, // a package of its own; its types are checked by npm run preview
    doNotFollow: { path: 'node_modules|^src/generated' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
