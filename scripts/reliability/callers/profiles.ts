/** Changes profiles, which are sealed in Redis: their names show the version. Read by the user, and by staff. */
import { randomBytes } from 'node:crypto'
import { insertPerson } from '../../people.ts'
import { execute, insist, pick, rest, type Stage, watch } from '../stage.ts'

export async function editProfile(stage: Stage, index: number): Promise<void> {
  const person = { email: `profile-${index}@history.example`, role: 'customer' as const, token: newToken() }
  await insertPerson({ query: (sql, values) => execute(stage, sql, values) }, person)
  const [row] = await execute<{ id: string }>(stage, 'SELECT id::text FROM app_user WHERE email = $1', [person.email])
  if (!row) return
  const [userId, key] = [row.id, `profile ${person.email}`]
  stage.recorder.attempt(key, 1)
  watch(stage, async (look) => {
    const token = pick([person.token, stage.staff])
    const seen = await look.query<{ version: number; name: string }>('profile.get', { userId }, { token })
    if (seen.data) seen.shows(key, seen.data.version, 'near', 'profile')
  })
  for (let expectedVersion = 1; !stage.ended(); ) {
    const input = { userId, expectedVersion, name: `Version ${expectedVersion + 1}` }
    const versions = { [key]: expectedVersion + 1 }
    const { state } = await insist(stage, { procedure: 'profile.update', input, versions, token: person.token })
    if (state !== 'refused') expectedVersion++
    await rest(stage, 200)
  }
}

const newToken = () => randomBytes(32).toString('base64url')
