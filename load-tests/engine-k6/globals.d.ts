/** What k6 has beside its modules and @types/k6 does not name. */
declare const console: { log(...values: unknown[]): void; warn(...values: unknown[]): void }
declare function require(path: string): unknown
declare function setTimeout(callback: () => void, ms: number): number
