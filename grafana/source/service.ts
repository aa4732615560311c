/** Service: what clients see. Promises on top, then requests, errors and durations by procedure. */
import { slos } from '../../load-tests/config/slos.ts'
import { faultRatio, slowRatio } from '../../prometheus/source/recording.ts'
import { metricNames, serverFaults } from '../../src/platform/metric-names.ts'
import { dashboard } from './dashboard.ts'
import { figure, graph } from './panels.ts'
import { app, le, oneOf, picked, quantile, sumRate } from './promql.ts'

const procedure = 'procedure=~"$procedure"'
const count = (...matchers: string[]) => picked(`${metricNames.procedures}_count`, procedure, ...matchers)
const bucket = (...matchers: string[]) => picked(`${metricNames.procedures}_bucket`, procedure, ...matchers)
const faults = oneOf('code', serverFaults)
const { availability, latency } = slos

/** The part of the calls of `type` that were answered within their time, over what is shown. */
const inTime = (type: keyof typeof latency) =>
  `sum(increase(${bucket(`type="${type}"`, le(latency[type].seconds))}[$__range])) / sum(increase(${count(`type="${type}"`)}[$__range]))`

const burn = (ratio: string, objective: number) => `${ratio} / ${Number((1 - objective).toFixed(6))}`
const percent = (part: number) => `${Number((part * 100).toFixed(3))} %`

export const service = dashboard({
  uid: 'service',
  title: 'Service',
  description: 'What clients see: is what was promised kept, and which procedure breaks it?',
  variables: { procedure: { label: 'Procedure', series: app(`${metricNames.procedures}_count`) } },
  rows: {
    Promises: [
      figure({
        title: 'Availability',
        description: `The part of calls that did not fail by the server's fault, over the time shown. Good: ${percent(availability.objective)} or more.`,
        unit: 'percentunit',
        max: 1,
        bad: { from: availability.objective, below: true },
        queries: {
          available: `1 - sum(increase(${count(faults)}[$__range])) / sum(increase(${count()}[$__range]))`,
        },
      }),
      figure({
        title: 'Queries in time',
        description: `The part of queries answered within ${latency.query.seconds * 1_000} ms, over the time shown. Good: ${percent(latency.query.objective)} or more.`,
        unit: 'percentunit',
        max: 1,
        bad: { from: latency.query.objective, below: true },
        queries: { queries: inTime('query') },
      }),
      figure({
        title: 'Mutations in time',
        description: `The part of mutations answered within ${latency.mutation.seconds * 1_000} ms, over the time shown. Good: ${percent(latency.mutation.objective)} or more.`,
        unit: 'percentunit',
        max: 1,
        bad: { from: latency.mutation.objective, below: true },
        queries: { mutations: inTime('mutation') },
      }),
      figure({
        title: 'Alerts firing',
        description: 'Alerts that fire now. Good: 0. Each has a page in docs/runbooks.',
        unit: 'short',
        bad: { from: 1 },
        queries: { firing: 'count(ALERTS{alertstate="firing"}) or vector(0)' },
      }),
      figure({
        title: 'Instances up',
        description: 'Instances that Prometheus reaches. Good: as many as you started.',
        unit: 'short',
        bad: { from: 1, below: true },
        queries: { up: `sum(${app('up')})` },
      }),
      figure({
        title: 'Calls',
        description: 'Calls a second; a batch counts once for each of its calls. Good: what you expect at this hour.',
        unit: 'reqps',
        queries: { calls: sumRate(count()) },
      }),
      graph({
        title: 'Budget burn: availability',
        description: `How fast the error budget is used: at 1 it lasts exactly ${availability.windowDays} days. Good: below 1. From 14.4 over 1 h and 5 min on, somebody is woken.`,
        unit: 'short',
        width: 12,
        bad: { from: 14.4 },
        atLeast: 1,
        queries: {
          'over 5 min': burn(faultRatio('5m'), availability.objective),
          'over 1 h': burn(faultRatio('1h'), availability.objective),
          'over 6 h': burn(faultRatio('6h'), availability.objective),
        },
      }),
      graph({
        title: 'Budget burn: latency',
        description:
          'The same for calls that took longer than promised, queries and mutations apart. Good: below 1. The usual cause of a rise is that reads miss: look at the Cache dashboard.',
        unit: 'short',
        width: 12,
        bad: { from: 14.4 },
        atLeast: 1,
        queries: Object.fromEntries(
          Object.entries(latency).flatMap(([type, { objective }]) =>
            (['5m', '1h'] as const).map((window) => [
              `${type}, over ${window}`,
              burn(`${slowRatio(window)}{type="${type}"}`, objective),
            ]),
          ),
        ),
      }),
    ],
    'Requests, errors, durations': [
      graph({
        title: 'Requests by procedure',
        description:
          'Calls a second. Good: follows your traffic; a procedure that stops altogether has lost its client.',
        unit: 'reqps',
        width: 12,
        many: true,
        queries: { '{{procedure}}': `${sumRate(count(), 'procedure')} > 0` },
      }),
      graph({
        title: 'Errors by code',
        description:
          'Calls a second that were refused or failed. NOT_FOUND and BAD_REQUEST are the caller’s. Good: no INTERNAL_SERVER_ERROR, and SERVICE_UNAVAILABLE only under overload.',
        unit: 'reqps',
        width: 12,
        queries: { '{{code}}': sumRate(count('code!="OK"'), 'code') },
      }),
      graph({
        title: 'Failures by procedure',
        description: 'The part of calls that failed by the server’s fault. Good: 0, for each.',
        unit: 'percentunit',
        width: 12,
        many: true,
        atLeast: 0.01,
        queries: {
          '{{procedure}}': `${sumRate(count(faults), 'procedure')} / (${sumRate(count(), 'procedure')} > 0)`,
        },
      }),
      graph({
        title: 'Durations',
        description:
          'Half of the calls were faster than p50, one in a hundred was slower than p99. Good: p50 of some ms, p99 below what is promised.',
        unit: 's',
        bad: { from: latency.query.seconds },
        width: 12,
        queries: { p50: quantile(0.5, bucket()), p95: quantile(0.95, bucket()), p99: quantile(0.99, bucket()) },
      }),
      graph({
        title: 'p95 by procedure',
        description:
          'One call in twenty was slower. Good: reads below 100 ms; the one that stands out is where to look.',
        unit: 's',
        bad: { from: latency.query.seconds },
        width: 12,
        many: true,
        queries: { '{{procedure}}': `${quantile(0.95, bucket(), 'procedure')} >= 0` },
      }),
      graph({
        title: 'p95 by outcome',
        description:
          'Durations of answers and of errors apart. Good: errors are faster than answers; slow ones are timeouts.',
        unit: 's',
        width: 12,
        queries: { '{{code}}': `${quantile(0.95, bucket(), 'code')} >= 0` },
      }),
    ],
    'Turned away': [
      graph({
        title: 'Refused by limit',
        description:
          'Calls a second that were one too many for their caller (429), by the limit. Good: near 0. Many of login_…: somebody is guessing passwords. Many of read or write: a client in a loop, or a proxy behind which all callers look like one.',
        unit: 'reqps',
        width: 6,
        atLeast: 1,
        queries: { '{{limit}}': sumRate(picked(metricNames.rateLimited), 'limit') },
      }),
      graph({
        title: 'Limits counted alone',
        description:
          'Counts a second that a process took by itself, since Redis was away: a limit is then as many times as generous as there are processes. Good: 0.',
        unit: 'ops',
        width: 6,
        atLeast: 1,
        queries: { alone: sumRate(picked(metricNames.rateLimitFallbacks)) },
      }),
      graph({
        title: 'Shed by reason',
        description:
          'Requests a second that got a 503 at the door: in_flight (too many are under way) or event_loop (it is late). They reach no procedure, so that availability does not count them. Good: 0.',
        unit: 'reqps',
        width: 6,
        atLeast: 1,
        queries: { '{{reason}}': sumRate(picked(metricNames.requestsShed), 'reason') },
      }),
      graph({
        title: 'Requests in flight',
        description:
          'Requests that are not answered yet, by instance. Good: a few dozen at most. At MAX_IN_FLIGHT the rest is shed; a rise at the same traffic: what they wait for has become slow.',
        unit: 'short',
        width: 6,
        queries: { '{{instance}}': picked(metricNames.requestsInFlight) },
      }),
    ],
    Shop: [
      graph({
        title: 'Reservations',
        description:
          'What was asked of reservations, and came of it. Good: out_of_stock only when something is sold out; never failed.',
        unit: 'ops',
        width: 8,
        queries: { '{{outcome}}': sumRate(picked(metricNames.reservations), 'outcome') },
      }),
      graph({
        title: 'Views',
        description: 'Views of products, as written every few seconds. Good: none dropped.',
        unit: 'ops',
        width: 8,
        queries: { '{{outcome}}': sumRate(picked(metricNames.views), 'outcome') },
      }),
      graph({
        title: 'Logins',
        description:
          'Attempts to log in, and what came of them. Good: mostly ok. Many refused or limited: somebody is guessing; overloaded: more than there are cores for hashing.',
        unit: 'ops',
        width: 8,
        queries: { '{{outcome}}': sumRate(picked(metricNames.logins), 'outcome') },
      }),
    ],
  },
})
