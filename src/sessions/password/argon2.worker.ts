/** What a hashing thread does: one key at a time, when nothing else of this machine has anything to do. */
import { type Argon2Parameters, argon2Sync } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { basename } from 'node:path'

try {
  // Linux takes a thread for a process here. The link reads `<process>/task/<thread>`.
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW)
} catch {
  // elsewhere threads have no priority of their own: then it is as it was
}

export default (parameters: Argon2Parameters): Uint8Array => argon2Sync('argon2id', parameters)
