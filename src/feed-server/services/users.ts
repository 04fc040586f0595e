import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';
import { noLogins, type Tokens } from '../auth/tokens.ts';
import type { FeedQueries } from '../store/feed-queries.ts';
import type { FeedWrites } from '../store/feed-writes.ts';
import { nameKey } from '../store/name-key.ts';
import type { ReadOptions, UserPage, UserRecord, UserSearch } from '../store/search-users.ts';
import type { Client, PasswordCheck } from './password-check.ts';
import type { Sessions } from './sessions.ts';
import { unknownUser } from './unknown-user.ts';

export type { UserRecord };

/**
 * All methods reject with PostedError: with `forbidden` where logins are off, because tokens come from another issuer,
 * and with `too_many_requests` if a client has sent too many wrong passwords.
 */
export interface Users {
  /** Resolves with the id of the new user. */
  register(user: Omit<UserRecord, 'id'>, password: string, client: Client): Promise<string>;
  /** Resolves with a token. */
  login(id: string, password: string, client: Client): Promise<string>;
  /** Ends all tokens that the user has, and their connections: on this node at once, on others within a second. */
  changePassword(id: string, oldPassword: string, password: string, client: Client): Promise<void>;
  get(id: string, options?: ReadOptions): Promise<UserRecord>;
  search(search: UserSearch, options?: ReadOptions): Promise<UserPage>;
}

export interface UsersDeps {
  readonly queries: FeedQueries;
  readonly writes: Pick<FeedWrites, 'registerUser' | 'changePassword'>;
  readonly passwords: PasswordCheck;
  readonly tokens: Tokens;
  readonly sessions: Pick<Sessions, 'revoked'>;
}

export function createUsers({ queries, writes, passwords, tokens, sessions }: UsersDeps): Users {
  return {
    async register({ firstName, secondName, birthdate, biography, city }, password, client) {
      if (!tokens.canIssue) throw noLogins();
      if (birthdate !== null && birthdate > today()) throw bornLater();
      const id = randomUUID();
      const password_hash = await passwords.hash(id, password, client);
      await writes.registerUser({
        id,
        first_name: firstName,
        second_name: secondName,
        first_name_key: nameKey(firstName),
        second_name_key: nameKey(secondName),
        birthdate,
        biography,
        city,
        password_hash,
      });
      return id;
    },
    async login(id, password, client) {
      if (!tokens.canIssue) throw noLogins();
      const { tokenVersion } = await passwords.check(id, password, client);
      // Not valid if the password has changed meanwhile.
      return tokens.issue(id, tokenVersion);
    },
    async changePassword(id, oldPassword, password, client) {
      if (!tokens.canIssue) throw noLogins();
      const { tokenVersion: version } = await passwords.check(id, oldPassword, client);
      const { isWritten } = await writes.changePassword({
        id,
        password_hash: await passwords.hash(id, password, client),
        version,
        next_version: version + 1,
        revocation: randomUUID(),
      });
      if (!isWritten) throw wrongPassword();
      sessions.revoked(id);
    },
    async get(id, options) {
      const user = await queries.findUser(id, options);
      if (user === null) throw unknownUser();
      return user;
    },
    search: (search, options) => queries.searchUsers(search, options),
  };
}

/** In UTC. Dates of four-digit years compare as text. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** No schema can say this, because it changes every day. */
function bornLater(): PostedError {
  return new PostedError('invalid_request', '`birthdate` must not be later than today in UTC.');
}

function wrongPassword(): PostedError {
  return new PostedError('unauthorized', 'The password is wrong.');
}
