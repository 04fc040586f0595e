import { hash, randomBytes, randomUUID } from 'node:crypto';
import { type Log, PostedError } from 'posted/server';
import type { Tokens, User } from '../auth/tokens.ts';
import type { CredentialWrites } from '../store/credential-writes.ts';
import type { FeedQueries } from '../store/feed-queries.ts';
import { RevokedUsers } from './revoked-users.ts';

/** The tokens that are valid now, on all nodes. All methods reject with PostedError. */
export interface Sessions {
  /**
   * The user of a token. A promise only if the token may have been revoked, or if it has an unknown key.
   *
   * @throws PostedError `unauthorized`
   */
  verify(token: string): User | Promise<User>;
  /** A ticket with which the user can open one connection, within 30 s and on any node. */
  issueTicket(user: User): Promise<string>;
  /**
   * The user of a ticket, which is not good any more.
   *
   * @throws PostedError `unauthorized`
   */
  redeemTicket(ticket: string): Promise<User>;
  /** Ends the token and its connections: on this node at once, on others within a second. */
  logout(user: User): Promise<void>;
  /** Makes this node look again whether tokens of the user, or of any user, are revoked. */
  revoked(user: string | undefined): void;
  /** Reads of whom tokens were revoked. Until it is done, every token is looked up. */
  load(): Promise<void>;
}

export interface SessionsDeps {
  readonly tokens: Tokens;
  readonly queries: Pick<FeedQueries, 'tokenState' | 'revokedUsers'>;
  readonly writes: Pick<CredentialWrites, 'revokeToken' | 'addTicket' | 'redeemTicket'>;
  readonly log: Log;
}

export function createSessions({ tokens, queries, writes, log }: SessionsDeps): Sessions {
  const revokedUsers = new RevokedUsers();
  /** By user as verified: the mark under which the token was found to be valid. */
  const verdicts = new WeakMap<User, number>();

  function check(user: User): User | Promise<User> {
    const mark = revokedUsers.markOf(user.id);
    if (mark === 0 || verdicts.get(user) === mark) return user;
    return lookUp(user);
  }

  async function lookUp(user: User): Promise<User> {
    let mark: number;
    do {
      mark = revokedUsers.markOf(user.id);
      const { version, isRevoked } = await queries.tokenState(user.id, user.tokenId);
      if (isRevoked || user.tokenVersion < version) {
        throw new PostedError('unauthorized', 'The token was revoked. Log in again.');
      }
      // A revocation that arrived meanwhile may not be in what was read.
    } while (mark !== revokedUsers.markOf(user.id));
    verdicts.set(user, mark);
    return user;
  }

  function revoked(user: string | undefined): void {
    if (user !== undefined) revokedUsers.add(user);
    else {
      revokedUsers.forget();
      void load();
    }
  }

  async function load(): Promise<void> {
    try {
      await revokedUsers.load(queries.revokedUsers(Date.now()));
    } catch (cause) {
      log.warn(
        { cause: String(cause) },
        'the revoked tokens cannot be read; every token is looked up instead',
      );
    }
  }

  return {
    verify(token) {
      const user = tokens.verify(token);
      return user instanceof Promise ? user.then(check) : check(user);
    },
    async issueTicket({ id, tokenId, tokenVersion, expiresAtMs }) {
      const ticket = randomBytes(32).toString('base64url');
      await writes.addTicket({
        id: hashOf(ticket),
        user_id: id,
        token_id: tokenId,
        token_version: tokenVersion,
        token_expires_at: Math.floor(expiresAtMs),
      });
      return ticket;
    },
    async redeemTicket(ticket) {
      const user = ticketForm.test(ticket)
        ? userOf((await writes.redeemTicket({ id: hashOf(ticket) })).returned.redeemed)
        : null;
      if (user === null || user.expiresAtMs <= Date.now()) {
        throw new PostedError('unauthorized', 'The ticket is not valid: it is good once, for 30 seconds.');
      }
      return await check(user);
    },
    async logout({ id, tokenId, expiresAtMs }) {
      const row = { user_id: id, token_id: tokenId, expires_at: Math.ceil(expiresAtMs) };
      await writes.revokeToken({ ...row, revocation: randomUUID() });
      revoked(id);
    },
    revoked,
    load,
  };
}

const ticketForm = /^[A-Za-z0-9_-]{43}$/;

function hashOf(ticket: string): string {
  return hash('sha256', ticket, 'base64url');
}

/** The user of the row of a ticket. */
function userOf(row: Readonly<Record<string, unknown>> | null | undefined): User | null {
  if (row === null || row === undefined) return null;
  return {
    id: String(row.user_id),
    expiresAtMs: Number(row.token_expires_at),
    tokenId: String(row.token_id),
    tokenVersion: Number(row.token_version),
  };
}
