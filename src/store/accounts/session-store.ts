import type { SessionStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { selectUsers, toUser } from './user-store.ts'

export function createSessionStore(database: Database): SessionStore {
  return {
    create: async session => {
      await database
        .insertInto('session')
        .values({
          token_hash: session.hash,
          user_id: session.userId,
          created_at: session.at,
          expires_at: session.expiresAt,
          address: session.address,
          user_agent: session.userAgent,
        })
        .execute()
    },
    userOf: async (hash, now) => {
      const row = await selectUsers(database)
        .innerJoin('session', 'session.user_id', 'user_account.id')
        .where('session.token_hash', '=', hash)
        .where('session.expires_at', '>', now)
        .executeTakeFirst()
      return row === undefined ? null : toUser(row)
    },
    end: async hash => {
      await database.deleteFrom('session').where('token_hash', '=', hash).execute()
    },
    endExpired: async now => {
      await database.deleteFrom('session').where('expires_at', '<=', now).execute()
    },
  }
}
