import { describe, expect, it } from 'vitest';
import { keyConflict, keyHash } from '../../../../src/runtime/log/writes/key-hash.ts';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';

const write = (name = 'createNote') =>
  registeredWrite({
    name,
    row: { id: 'text', author: 'text', text: 'text', tags: 'json?' },
    one: ['id'],
    key: { user: 'author', body: ['text', 'tags'] },
    event: { channel: 'notes', message: 'note', topic: 'author', payload: 'id' },
  });

const row = { id: '1', author: 'ada', text: 'hello', tags: null };

describe('the hash of what an idempotency key was used for', () => {
  it('never changes, because databases keep it', () => {
    expect(keyHash(write(), row)).toBe('x5-XuFViNi6qo6i4wEpNsy');
  });

  it('is the same for a retry, which may have a new id', () => {
    expect(keyHash(write(), { ...row, id: '2' })).toBe(keyHash(write(), row));
    const { tags: _, ...without } = row;
    expect(keyHash(write(), without)).toBe(keyHash(write(), row));
  });

  it('is another one for another write or body', () => {
    const hashes = [
      keyHash(write(), row),
      keyHash(write('editNote'), row),
      keyHash(write(), { ...row, text: 'bye' }),
      keyHash(write(), { ...row, tags: ['x'] }),
      keyHash(write(), { ...row, text: null, tags: 'hello' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('conflicts with another hash, but not with a key of the first version, which has none', () => {
    expect(keyConflict('a', 'a')).toBeNull();
    expect(keyConflict(null, 'a')).toBeNull();
    expect(keyConflict('a', 'b')).toMatchObject({ code: 'idempotency_key_reused' });
    expect(keyConflict('a', null)).toMatchObject({ code: 'idempotency_key_reused' });
  });
});
