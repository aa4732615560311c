/** All profiles by name: the words of titles, materials, options and what is said, for each sort of thing. */
import { homeProfiles } from './profiles-home.ts'
import { personProfiles } from './profiles-person.ts'

export const profiles = { ...homeProfiles, ...personProfiles }
