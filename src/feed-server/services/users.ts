import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';
import type { Passwords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { ReadOptions, Store, UserPage, UserRecord, UserSearch } from '../store/store.ts';

export type { UserRecord };

/** All methods reject with PostedError. */
export interface Users {
  /** Resolves with the id of the new user. */
  register(user: Omit<UserRecord, 'id'>, password: string): Promise<string>;
  /** Resolves with a token. */
  login(id: string, password: string, options: ReadOptions): Promise<string>;
  get(id: string, options: ReadOptions): Promise<UserRecord>;
  search(search: UserSearch, options: ReadOptions): Promise<UserPage>;
}

export function createUsers(store: Store, passwords: Passwords, tokens: Tokens): Users {
  return {
    async register(user, password) {
      const id = randomUUID();
      const passwordHash = await passwords.hash(password);
      await store.insertUser({ ...user, id }, passwordHash);
      return id;
    },
    async login(id, password, options) {
      const passwordHash = await store.findPasswordHash(id, options);
      if (passwordHash === null) throw unknownUser();
      if (!(await passwords.verify(passwordHash, password))) {
        throw new PostedError('unauthorized', 'The password is wrong.');
      }
      return tokens.issue(id);
    },
    async get(id, options) {
      const user = await store.findUser(id, options);
      if (user === null) throw unknownUser();
      return user;
    },
    search: (search, options) => store.searchUsers(search, options),
  };
}

function unknownUser(): PostedError {
  return new PostedError('not_found', 'There is no user with this id.');
}
