import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';
import type { Passwords } from '../auth/passwords.ts';
import { noLogins, type Tokens } from '../auth/tokens.ts';
import type { FeedQueries } from '../store/feed-queries.ts';
import type { FeedWrites } from '../store/feed-writes.ts';
import type { ReadOptions, UserPage, UserRecord, UserSearch } from '../store/search-users.ts';

export type { UserRecord };

/** All methods reject with PostedError: `register` and `login` with `forbidden` if tokens come from another issuer. */
export interface Users {
  /** Resolves with the id of the new user. */
  register(user: Omit<UserRecord, 'id'>, password: string): Promise<string>;
  /** Resolves with a token. */
  login(id: string, password: string, options?: ReadOptions): Promise<string>;
  get(id: string, options?: ReadOptions): Promise<UserRecord>;
  search(search: UserSearch, options?: ReadOptions): Promise<UserPage>;
}

export interface UsersDeps {
  readonly queries: FeedQueries;
  readonly writes: Pick<FeedWrites, 'registerUser'>;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
}

export function createUsers({ queries, writes, passwords, tokens }: UsersDeps): Users {
  return {
    async register({ firstName, secondName, birthdate, biography, city }, password) {
      if (!tokens.canIssue) throw noLogins();
      const id = randomUUID();
      const password_hash = await passwords.hash(password);
      await writes.registerUser({
        id,
        first_name: firstName,
        second_name: secondName,
        birthdate,
        biography,
        city,
        password_hash,
      });
      return id;
    },
    async login(id, password, options) {
      if (!tokens.canIssue) throw noLogins();
      const passwordHash = await queries.findPasswordHash(id, options);
      if (passwordHash === null) throw unknownUser();
      if (!(await passwords.verify(passwordHash, password))) {
        throw new PostedError('unauthorized', 'The password is wrong.');
      }
      return tokens.issue(id);
    },
    async get(id, options) {
      const user = await queries.findUser(id, options);
      if (user === null) throw unknownUser();
      return user;
    },
    search: (search, options) => queries.searchUsers(search, options),
  };
}

function unknownUser(): PostedError {
  return new PostedError('not_found', 'There is no user with this id.');
}
