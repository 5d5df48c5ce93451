import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { SessionSettings } from './config.ts'
import { UserList } from './passwords/user-list.ts'
import type { IdentityProvider } from './service.ts'

/** The provider `users`: people whom the configuration lists, with hashed passwords. */
export function configUsers(users: SessionSettings['users']): IdentityProvider {
  const list = new UserList(users)
  return {
    name: 'users',
    async verify({ username, password }) {
      const user = await list.verify(username, password)
      if (!user) throw new ApiError(CommonErrors['auth.failed'])
      const { name, schoolnum, properties } = user
      return { name: name || username, schoolnum: schoolnum || username, properties }
    }
  }
}
