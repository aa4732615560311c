/** tRPC over plain HTTP: what a request looks like, and what an answer says. */

/** One answer, or one of a batch. */
export interface Element {
  result?: { data?: unknown }
  error?: { message?: string; data?: { code?: string; reason?: string } }
}

export const queryUrl = (base: string, procedure: string, input: unknown): string =>
  `${base}/trpc/${procedure}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`

export function batchUrl(base: string, calls: readonly { procedure: string; input?: unknown }[]): string {
  const path = calls.map(({ procedure }) => procedure).join(',')
  const inputs = Object.fromEntries(calls.map(({ input }, index) => [index, input]))
  return `${base}/trpc/${path}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`
}

/** A procedure without input takes an empty body, not `undefined`; its content type is asked for all the same. */
export function mutationOf(base: string, procedure: string, input: unknown) {
  return {
    method: 'POST' as const,
    url: `${base}/trpc/${procedure}`,
    headers: { 'content-type': 'application/json' } as Record<string, string>,
    ...(input !== undefined && { body: JSON.stringify(input) }),
  }
}

/** undefined: that is no JSON. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const parse = (text: string) => bodyOf(text) as Element | Element[] | undefined

/** What was answered, or the stable reason why not. `NO_ANSWER` and `UNREADABLE` are ours. */
export function resultOf<T>(
  answer: Element | Element[] | undefined,
  status: number,
): { data: T | undefined; reason: string | undefined } {
  const { result, error } = (Array.isArray(answer) ? answer[0] : answer) ?? {}
  if (error) return { data: undefined, reason: error.data?.reason ?? error.data?.code ?? 'UNREADABLE' }
  if (result && Object.hasOwn(result, 'data')) return { data: result.data as T, reason: undefined }
  return { data: undefined, reason: status === 0 ? 'NO_ANSWER' : 'UNREADABLE' }
}
