import { vi } from 'vitest'

/** Waits until `check` passes; a busy machine may take its time. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 })
}
