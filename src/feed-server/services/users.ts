import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';
import type { Passwords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Store, UserRecord } from '../store/store.ts';

export type { UserRecord };

/** All methods reject with PostedError. */
export interface Users {
  /** Resolves with the id of the new user. */
  register(user: Omit<UserRecord, 'id'>, password: string): Promise<string>;
  /** Resolves with a token. */
  login(id: string, password: string): Promise<string>;
  get(id: string): Promise<UserRecord>;
  search(firstNamePrefix: string, secondNamePrefix: string): Promise<readonly UserRecord[]>;
}

const maxFound = 1000;

export function createUsers(store: Store, passwords: Passwords, tokens: Tokens): Users {
  return {
    async register(user, password) {
      const id = randomUUID();
      const passwordHash = await passwords.hash(password);
      await store.insertUser({ ...user, id }, passwordHash);
      return id;
    },
    async login(id, password) {
      const passwordHash = await store.findPasswordHash(id);
      if (passwordHash === null) throw unknownUser();
      if (!(await passwords.verify(passwordHash, password))) {
        throw new PostedError('unauthorized', 'The password is wrong.');
      }
      return tokens.issue(id);
    },
    async get(id) {
      const user = await store.findUser(id);
      if (user === null) throw unknownUser();
      return user;
    },
    search: (firstNamePrefix, secondNamePrefix) =>
      store.searchUsers(firstNamePrefix, secondNamePrefix, maxFound),
  };
}

function unknownUser(): PostedError {
  return new PostedError('not_found', 'There is no user with this id.');
}
