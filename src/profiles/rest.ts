/** Profiles in REST. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import { userNotFound } from './errors.ts'
import type { createProfileRouter } from './router.ts'

export const profileRest: RestTable<ProcedureName<ReturnType<typeof createProfileRouter>>> = {
  about: 'What a user has told of themselves.',
  routes: [
    {
      method: 'get',
      path: '/users/{userId}',
      procedure: 'get',
      summary: 'Read a profile',
      errors: [userNotFound()],
      example: { userId: '0192dfdf-3404-7000-aa3c-47773ccbf86c' },
    },
  ],
}
