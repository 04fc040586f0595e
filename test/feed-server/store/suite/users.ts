import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FoundUser, UserPage, UserRecord } from '../../../../src/feed-server/store/search-users.ts';
import { countTo, type FeedStore, type OpenFeedStore, register, search, user } from './feed-store.ts';

async function insertNames(store: FeedStore, ...firstNames: readonly string[]): Promise<void> {
  await Promise.all(firstNames.map((firstName) => register(store, user({ firstName }), 'hash')));
}

/** The first names that start with the prefix, in the order of the search. */
async function foundNames(store: FeedStore, prefix: string): Promise<readonly string[]> {
  return (await search(store, prefix, '')).users.map(({ firstName }) => firstName);
}

function withoutBiography({ biography: _biography, ...found }: UserRecord): FoundUser {
  return found;
}

function keyOf({ firstName, secondName, id }: UserRecord): string {
  return `${firstName} ${secondName} ${id}`;
}

/** Inserts many users with a common part, a few thousand at a time. */
async function insertMany(
  store: FeedStore,
  count: number,
  parts: (text: string) => Partial<UserRecord>,
): Promise<void> {
  const texts = countTo(count).map((index) => String(index).padStart(6, '0'));
  for (let start = 0; start < count; start += 2000) {
    const some = texts.slice(start, start + 2000);
    await Promise.all(some.map((text) => register(store, user(parts(text)), 'hash')));
  }
}

export function describeUsers(open: OpenFeedStore): void {
  describe('a user', () => {
    it('is found by id, and so is the password hash', async () => {
      const store = await open();
      const full = user({ birthdate: '1815-12-10', biography: 'Wrote Note G.\n🧮', city: 'London' });
      const bare = user({ firstName: 'O’Neil "; --', secondName: '王' });
      await register(store, full, '$argon2id$full');
      await register(store, bare, '$argon2id$bare');
      expect(await store.queries.findUser(full.id)).toEqual(full);
      expect(await store.queries.findUser(bare.id)).toEqual(bare);
      expect(await store.queries.findLogin(full.id)).toEqual({
        passwordHash: '$argon2id$full',
        tokenVersion: 0,
      });
      expect(await store.queries.findLogin(bare.id)).toEqual({
        passwordHash: '$argon2id$bare',
        tokenVersion: 0,
      });
    });

    it('that does not exist is null', async () => {
      const store = await open();
      expect(await store.queries.findUser(randomUUID())).toBeNull();
      expect(await store.queries.findLogin(randomUUID())).toBeNull();
    });

    it('is refused if the id is taken, and the first one stays', async () => {
      const store = await open();
      const first = user();
      await register(store, first, 'first');
      const second = register(store, { ...first, firstName: 'Eve' }, 'second');
      await expect(second).rejects.toMatchObject({ code: 'internal' });
      expect(await store.queries.findUser(first.id)).toEqual(first);
      expect(await store.queries.findLogin(first.id)).toEqual({ passwordHash: 'first', tokenVersion: 0 });
    });
  });

  describe('a search for users', () => {
    it('matches prefixes of both names', async () => {
      const store = await open();
      const [ada, adam] = [user(), user({ firstName: 'Adam', secondName: 'Love' })];
      const others = [
        user({ firstName: 'Ad', secondName: 'Lovelace' }),
        user({ secondName: 'Byron' }),
        user({ firstName: 'Bada' }),
        user({ secondName: 'Lo' }),
      ];
      await Promise.all([ada, adam, ...others].map((each) => register(store, each, 'hash')));
      expect((await search(store, 'Ada', 'Lov')).users).toEqual([ada, adam].map(withoutBiography));
      expect((await search(store, 'Adam', 'Lovelace')).users).toEqual([]);
      expect((await search(store, 'Zoe', 'Lov')).users).toEqual([]);
    });

    it('orders users by first name, second name and id, in pages that each continue after the previous one', async () => {
      const store = await open();
      const names = ['Ada', 'Ada', 'Adam', 'Bob', 'Ada', 'Adam'];
      const users = names.flatMap((firstName) =>
        ['Love', 'Lovelace', 'Byron', 'Lu'].map((secondName) => user({ firstName, secondName })),
      );
      await Promise.all(users.map((each) => register(store, each, 'hash')));
      const expected = users
        .filter(({ firstName, secondName }) => firstName !== 'Bob' && secondName.startsWith('Lo'))
        .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      for (const limit of [1, 2, 3, 7, 100]) {
        const found: FoundUser[] = [];
        for (let after: string | null = null; ; ) {
          const page: UserPage = await search(store, 'A', 'Lo', { after, limit });
          expect(page.users.length).toBeLessThanOrEqual(limit);
          found.push(...page.users);
          after = page.next;
          if (after === null) break;
        }
        expect(found).toEqual(expected.map(withoutBiography));
      }
    });

    it('ends a page with the user whose texts exceed its bytes', async () => {
      const store = await open();
      const users = ['a', 'b', 'c', 'd'].map((letter) =>
        user({ firstName: `A${letter}`, secondName: 'L', city: 'é'.repeat(500) }),
      );
      await Promise.all(users.map((each) => register(store, each, 'hash')));
      const page = await search(store, 'A', 'L', { maxBytes: 1500 });
      expect(page).toEqual({ users: users.slice(0, 2).map(withoutBiography), next: users[1]?.id });
      expect(await search(store, 'A', 'L', { maxBytes: 1500, after: page.next })).toMatchObject({
        users: users.slice(2).map(withoutBiography),
      });
    });

    it('refuses to continue after a user that does not exist', async () => {
      const store = await open();
      await expect(search(store, 'A', 'L', { after: randomUUID() })).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    it('starts at the first match if it continues after a user that precedes it', async () => {
      const store = await open();
      const [aaron, abe, ada] = [user({ firstName: 'Aaron' }), user({ firstName: 'Abe' }), user()];
      await Promise.all([aaron, abe, ada].map((each) => register(store, each, 'hash')));
      expect((await search(store, 'Ad', 'L', { after: aaron.id })).users).toEqual([withoutBiography(ada)]);
    });

    it('examines a limited number of users for a page, which is empty if none of them match', async () => {
      const store = await open();
      await insertMany(store, 10_500, (text) => ({ firstName: `J${text}`, secondName: 'Byron' }));
      const last = user({ firstName: 'Jz', secondName: 'Lovelace' });
      await register(store, last, 'hash');
      const first = await search(store, 'J', 'L');
      expect(first).toEqual({ users: [], next: expect.any(String) });
      expect(await search(store, 'J', 'L', { after: first.next })).toEqual({
        users: [withoutBiography(last)],
        next: null,
      });
    });

    it('skips the users of a common first name whose second names cannot match', async () => {
      const store = await open();
      await insertMany(store, 10_500, (text) => ({ firstName: 'Ivan', secondName: `B${text}` }));
      const match = user({ firstName: 'Ivan', secondName: 'Petrov' });
      await register(store, match, 'hash');
      await insertMany(store, 1500, (text) => ({ firstName: 'Ivan', secondName: `S${text}` }));
      const namesake = user({ firstName: 'Ivana', secondName: 'Petrova' });
      await register(store, namesake, 'hash');
      expect(await search(store, 'Iv', 'Pet')).toEqual({
        users: [match, namesake].map(withoutBiography),
        next: null,
      });
    });

    it('compares names without case, in compatibility form, with е for ё, and with accents', async () => {
      const store = await open();
      await insertNames(store, 'Ada', 'ADA', 'Àda', 'A\u0300dam', 'Ёлка', 'елка', 'Straße', 'ΟΔΟΣ', 'ﬁn');
      expect((await foundNames(store, 'aD')).toSorted()).toEqual(['ADA', 'Ada']);
      expect(await foundNames(store, 'à')).toEqual(['Àda', 'A\u0300dam']);
      expect(await foundNames(store, 'A\u0300')).toEqual(['Àda', 'A\u0300dam']);
      expect((await foundNames(store, 'ЕЛ')).toSorted()).toEqual(['Ёлка', 'елка']);
      expect((await foundNames(store, 'е\u0308л')).toSorted()).toEqual(['Ёлка', 'елка']);
      expect(await foundNames(store, 'STRASS')).toEqual(['Straße']);
      expect(await foundNames(store, 'οδος')).toEqual(['ΟΔΟΣ']);
      expect(await foundNames(store, 'FI')).toEqual(['ﬁn']);
    });

    it('finds users without their biographies', async () => {
      const store = await open();
      const { biography, ...found } = user({ biography: 'Wrote Note G.', city: 'London' });
      await register(store, { biography, ...found }, 'hash');
      expect((await search(store, 'Ada', 'L')).users).toEqual([found]);
    });

    it('treats wildcards and escapes literally', async () => {
      const store = await open();
      await insertNames(store, '%', '%a', '_', '_b', '\\', '\\%', '*', 'a%', 'ab', '[a', "'");
      expect(await foundNames(store, '%')).toEqual(['%', '%a']);
      expect(await foundNames(store, '_')).toEqual(['_', '_b']);
      expect(await foundNames(store, '\\')).toEqual(['\\', '\\%']);
      expect(await foundNames(store, 'a%')).toEqual(['a%']);
      expect(await foundNames(store, '*')).toEqual(['*']);
      expect(await foundNames(store, '[')).toEqual(['[a']);
      expect(await foundNames(store, "'")).toEqual(["'"]);
    });

    it('handles prefixes of astral characters and at plane boundaries', async () => {
      const store = await open();
      // The compatibility form of the first one is ~.
      const names = [
        '～',
        '\ud7ff',
        '\ue000',
        '\uffff',
        '😀',
        '😀a',
        '😁',
        '\u{10ffff}',
        '\u{10ffff}\u{10ffff}',
      ];
      await insertNames(store, ...names);
      expect(await foundNames(store, '\ud7ff')).toEqual(['\ud7ff']);
      expect(await foundNames(store, '\ue000')).toEqual(['\ue000']);
      expect(await foundNames(store, '～')).toEqual(['～']);
      expect(await foundNames(store, '\uffff')).toEqual(['\uffff']);
      expect(await foundNames(store, '😀')).toEqual(['😀', '😀a']);
      expect(await foundNames(store, '\u{10ffff}')).toEqual(['\u{10ffff}', '\u{10ffff}\u{10ffff}']);
      expect(await foundNames(store, '')).toEqual(names);
    });
  });
}
