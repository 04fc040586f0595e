import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type FeedStore, type OpenFeedStore, register, user } from './feed-store.ts';

function changePassword(store: FeedStore, id: string, version: number) {
  const row = { id, password_hash: `hash ${version + 1}`, version, next_version: version + 1 };
  return store.writes.changePassword({ ...row, revocation: randomUUID() });
}

function revoke(store: FeedStore, userId: string, tokenId: string, expiresAtMs = Date.now() + 60_000) {
  const row = { user_id: userId, token_id: tokenId, expires_at: expiresAtMs };
  return store.writes.revokeToken({ ...row, revocation: randomUUID() });
}

async function revokedUsers(store: FeedStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of store.queries.revokedUsers(Date.now())) found.push(...page);
  return found;
}

export function describeCredentials(open: OpenFeedStore): void {
  describe('a new password', () => {
    it('raises the version of the tokens, once for each version', async () => {
      const store = await open();
      const ada = user();
      await register(store, ada, 'hash');
      const changes = await Promise.all([changePassword(store, ada.id, 0), changePassword(store, ada.id, 0)]);
      expect(changes.filter(({ isWritten }) => isWritten)).toHaveLength(1);
      expect(await store.queries.findLogin(ada.id)).toEqual({ passwordHash: 'hash 1', tokenVersion: 1 });
      expect(await store.queries.tokenState(ada.id, 'any')).toEqual({ version: 1, isRevoked: false });
      expect((await changePassword(store, ada.id, 1)).isWritten).toBe(true);
      expect((await changePassword(store, randomUUID(), 0)).isWritten).toBe(false);
    });
  });

  describe('a ticket', () => {
    const ticket = {
      user_id: randomUUID(),
      token_id: 'one',
      token_version: 2,
      token_expires_at: 1_900_000_000_000,
    };

    it('is redeemed once', async () => {
      const { writes } = await open();
      await Promise.all([writes.addTicket({ ...ticket, id: 'a' }), writes.addTicket({ ...ticket, id: 'b' })]);
      const redeemed = await Promise.all([1, 2, 3].map(() => writes.redeemTicket({ id: 'a' })));
      const rows = redeemed.flatMap(({ returned }) => returned.redeemed ?? []);
      expect(rows).toEqual([{ ...ticket, id: 'a' }]);
      expect((await writes.redeemTicket({ id: 'b' })).returned.redeemed).toEqual({ ...ticket, id: 'b' });
      expect((await writes.redeemTicket({ id: 'c' })).returned.redeemed).toBeNull();
    });
  });

  describe('a revoked token', () => {
    it('is that of one user, and is revoked once', async () => {
      const store = await open();
      const [ada, bob] = [randomUUID(), randomUUID()];
      expect(await revoke(store, ada, 'one')).toMatchObject({ isWritten: true, seq: 1 });
      expect(await revoke(store, ada, 'one')).toMatchObject({ isWritten: false });
      expect(await store.queries.tokenState(ada, 'one')).toEqual({ version: 0, isRevoked: true });
      expect(await store.queries.tokenState(ada, 'two')).toEqual({ version: 0, isRevoked: false });
      expect(await store.queries.tokenState(bob, 'one')).toEqual({ version: 0, isRevoked: false });
    });

    it('is forgotten some time after it has expired', async () => {
      const store = await open();
      const [ada, bob] = [randomUUID(), randomUUID()];
      await revoke(store, ada, 'long ago', Date.now() - 3_700_000);
      await revoke(store, ada, 'just now', Date.now() - 1000);
      await revoke(store, bob, 'new');
      expect((await store.queries.tokenState(ada, 'long ago')).isRevoked).toBe(false);
      expect((await store.queries.tokenState(ada, 'just now')).isRevoked).toBe(true);
    });

    it('makes its user one of those whose tokens are looked up, as does a new password', async () => {
      const store = await open();
      const [ada, bob, eve] = [user(), user(), user()];
      for (const each of [ada, bob, eve]) await register(store, each, 'hash');
      await changePassword(store, ada.id, 0);
      await revoke(store, bob.id, 'one');
      await revoke(store, bob.id, 'two');
      await revoke(store, eve.id, 'expired', Date.now() - 1000);
      expect(await revokedUsers(store)).toEqual([ada.id, bob.id].toSorted());
    });
  });
}
