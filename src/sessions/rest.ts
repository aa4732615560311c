/** Sessions in REST: POST logs in, GET tells who one is, DELETE logs out. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import { credentialsInvalid } from './errors.ts'
import type { createSessionRouter } from './router.ts'

export const sessionRest: RestTable<ProcedureName<ReturnType<typeof createSessionRouter>>> = {
  about: 'Logging in, and who one is. A token is a bearer token; whoever logs in gets it as a cookie, too.',
  routes: [
    {
      method: 'post',
      path: '/sessions',
      procedure: 'login',
      summary: 'Log in',
      description: 'With the session of a guest, it goes on as the user. The token is a new one in any case.',
      status: 201,
      errors: [credentialsInvalid()],
      example: { email: 'ada@example.com', password: 'correct horse battery' },
    },
    {
      method: 'get',
      path: '/sessions/current',
      procedure: 'me',
      summary: 'Read who one is',
    },
    {
      method: 'delete',
      path: '/sessions/current',
      procedure: 'logout',
      summary: 'Log out',
    },
  ],
}
