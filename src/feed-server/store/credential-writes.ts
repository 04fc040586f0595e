import type { EventLog, Write } from 'posted/log';

export interface CredentialWrites {
  /**
   * Gives the user another password, and ends all tokens with a lower version on all nodes. Writes nothing if the user's
   * version is not `version` any more.
   */
  readonly changePassword: Write<typeof passwordRow>;
  /** Ends one token on all nodes. Writes nothing if it has ended before. */
  readonly revokeToken: Write<typeof tokenRow>;
  readonly addTicket: Write<typeof ticketRow>;
  /** Returns the row `redeemed` and deletes it, so that a ticket is good once; null if it is unknown or has expired. */
  readonly redeemTicket: Write<typeof ticketIdRow>;
}

/** `revocation` is the id of its event. */
const passwordRow = {
  id: 'text',
  password_hash: 'text',
  version: 'integer',
  next_version: 'integer',
  revocation: 'text',
} as const;

const tokenRow = { user_id: 'text', token_id: 'text', expires_at: 'integer', revocation: 'text' } as const;

/** `id` is a hash, so that whoever reads the table has no tickets. */
const ticketRow = {
  id: 'text',
  user_id: 'text',
  token_id: 'text',
  token_version: 'integer',
  token_expires_at: 'integer',
} as const;

const ticketIdRow = { id: 'text' } as const;

const ticketLifetimeMs = 30_000;

/** How many rows that have expired are deleted with each new one, so that they need no timer. */
const swept = 1000;

/** Rows stay this much longer, for servers whose clock is behind. */
const keptMs = 3_600_000;

/** Registers the writes of credentials. */
export function registerCredentialWrites(log: Pick<EventLog, 'write'>): CredentialWrites {
  return {
    changePassword: log.write({
      name: 'changePassword',
      row: passwordRow,
      one: ['id'],
      statements: {
        changed: `
          update app_user set password_hash = item.password_hash, token_version = item.next_version from item
          where app_user.id = item.id and app_user.token_version = item.version
          returning app_user.id`,
      },
      when: 'changed',
      event: {
        kind: 'revoke',
        topic: 'id',
        payload: { id: 'revocation', user: 'id', beforeVersion: 'next_version' },
      },
    }),
    revokeToken: log.write({
      name: 'revokeToken',
      row: tokenRow,
      one: ['user_id', 'token_id'],
      statements: {
        added: `
          insert into revoked_token (user_id, token_id, expires_at)
          select user_id, token_id, expires_at from item where true
          on conflict do nothing
          returning user_id, token_id`,
        swept: sweep('revoked_token', 'user_id, token_id'),
      },
      when: 'added',
      event: {
        kind: 'revoke',
        topic: 'user_id',
        payload: { id: 'revocation', user: 'user_id', tokenId: 'token_id' },
      },
    }),
    addTicket: log.write({
      name: 'addTicket',
      row: ticketRow,
      one: ['id'],
      statements: {
        added: `
          insert into ticket (id, user_id, token_id, token_version, token_expires_at, expires_at)
          select id, user_id, token_id, token_version, token_expires_at, at + ${ticketLifetimeMs} from item`,
        swept: sweep('ticket', 'id'),
      },
    }),
    redeemTicket: log.write({
      name: 'redeemTicket',
      row: ticketIdRow,
      one: ['id'],
      statements: {
        redeemed: `
          delete from ticket where id in (select id from item) and expires_at > (select max(at) from item)
          returning id, user_id, token_id, token_version, token_expires_at`,
      },
    }),
  };
}

/** In a fixed order, so that two nodes that do the same do not wait for each other. */
function sweep(table: string, key: string): string {
  return `
    delete from ${table} where (${key}) in (
      select ${key} from ${table} where expires_at < (select max(at) - ${keptMs} from item)
      order by expires_at, ${key} limit ${swept})`;
}
