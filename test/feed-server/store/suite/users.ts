import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../../src/feed-server/store/store.ts';
import { type CreateDatabase, user } from './database.ts';

async function insertNames(store: Store, ...firstNames: readonly string[]): Promise<void> {
  await Promise.all(firstNames.map((firstName) => store.insertUser(user({ firstName }), 'hash')));
}

/** The first names that start with the prefix, in code point order. */
async function search(store: Store, prefix: string): Promise<readonly string[]> {
  const found = await store.searchUsers(prefix, '', 100);
  return found
    .map(({ firstName }) => firstName)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export function describeUsers(create: CreateDatabase): void {
  describe('a user', () => {
    it('is found by id, and so is the password hash', async () => {
      const store = await (await create()).open();
      const full = user({ birthdate: '1815-12-10', biography: 'Wrote Note G.\n🧮', city: 'London' });
      const bare = user({ firstName: 'O’Neil "; --', secondName: '王' });
      await store.insertUser(full, '$argon2id$full');
      await store.insertUser(bare, '$argon2id$bare');
      expect(await store.findUser(full.id)).toEqual(full);
      expect(await store.findUser(bare.id)).toEqual(bare);
      expect(await store.findPasswordHash(full.id)).toBe('$argon2id$full');
      expect(await store.findPasswordHash(bare.id)).toBe('$argon2id$bare');
    });

    it('that does not exist is null', async () => {
      const store = await (await create()).open();
      expect(await store.findUser(randomUUID())).toBeNull();
      expect(await store.findPasswordHash(randomUUID())).toBeNull();
    });

    it('is refused if the id is taken, and the first one stays', async () => {
      const store = await (await create()).open();
      const first = user();
      await store.insertUser(first, 'first');
      const second = store.insertUser({ ...first, firstName: 'Eve' }, 'second');
      await expect(second).rejects.toMatchObject({ code: 'internal' });
      expect(await store.findUser(first.id)).toEqual(first);
      expect(await store.findPasswordHash(first.id)).toBe('first');
    });
  });

  describe('a search for users', () => {
    it('matches prefixes of both names', async () => {
      const store = await (await create()).open();
      const [ada, adam] = [user(), user({ firstName: 'Adam', secondName: 'Love' })];
      const others = [
        user({ firstName: 'Ad', secondName: 'Lovelace' }),
        user({ secondName: 'Byron' }),
        user({ firstName: 'Bada' }),
        user({ secondName: 'Lo' }),
      ];
      await Promise.all([ada, adam, ...others].map((each) => store.insertUser(each, 'hash')));
      const byId = [ada, adam].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      expect(await store.searchUsers('Ada', 'Lov', 10)).toEqual(byId);
      expect(await store.searchUsers('Adam', 'Lovelace', 10)).toEqual([]);
      expect(await store.searchUsers('Zoe', 'Lov', 10)).toEqual([]);
    });

    it('returns users by id, up to the limit', async () => {
      const store = await (await create()).open();
      const users = Array.from({ length: 30 }, () => user());
      await Promise.all(users.map((each) => store.insertUser(each, 'hash')));
      const ids = users.map(({ id }) => id).toSorted();
      expect((await store.searchUsers('A', 'L', 100)).map(({ id }) => id)).toEqual(ids);
      expect((await store.searchUsers('A', 'L', 7)).map(({ id }) => id)).toEqual(ids.slice(0, 7));
    });

    it('distinguishes case and accents', async () => {
      const store = await (await create()).open();
      await insertNames(store, 'Ada', 'ADA', 'ada', 'Àda', 'A\u0300da', 'Émile', 'émile');
      expect(await search(store, 'A')).toEqual(['ADA', 'Ada', 'A\u0300da']);
      expect(await search(store, 'ad')).toEqual(['ada']);
      expect(await search(store, 'É')).toEqual(['Émile']);
    });

    it('treats wildcards and escapes literally', async () => {
      const store = await (await create()).open();
      await insertNames(store, '%', '%a', '_', '_b', '\\', '\\%', '*', 'a%', 'ab', '[a', "'");
      expect(await search(store, '%')).toEqual(['%', '%a']);
      expect(await search(store, '_')).toEqual(['_', '_b']);
      expect(await search(store, '\\')).toEqual(['\\', '\\%']);
      expect(await search(store, 'a%')).toEqual(['a%']);
      expect(await search(store, '*')).toEqual(['*']);
      expect(await search(store, '[')).toEqual(['[a']);
      expect(await search(store, "'")).toEqual(["'"]);
    });

    it('handles prefixes of astral characters and at plane boundaries', async () => {
      const store = await (await create()).open();
      const names = [
        '\ud7ff',
        '\ue000',
        '～',
        '\uffff',
        '😀',
        '😀a',
        '😁',
        '\u{10ffff}',
        '\u{10ffff}\u{10ffff}',
      ];
      await insertNames(store, ...names);
      expect(await search(store, '\ud7ff')).toEqual(['\ud7ff']);
      expect(await search(store, '\ue000')).toEqual(['\ue000']);
      expect(await search(store, '～')).toEqual(['～']);
      expect(await search(store, '\uffff')).toEqual(['\uffff']);
      expect(await search(store, '😀')).toEqual(['😀', '😀a']);
      expect(await search(store, '\u{10ffff}')).toEqual(['\u{10ffff}', '\u{10ffff}\u{10ffff}']);
      expect(await search(store, '')).toEqual(names);
    });
  });
}
