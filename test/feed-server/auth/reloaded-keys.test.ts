import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type JwkSet, parseSecretJwks } from '../../../src/feed-server/auth/jwk-set.ts';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { ReloadedKeys } from '../../../src/feed-server/auth/reloaded-keys.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';

const secrets = new Map<string, string>();

function setOf(...kids: readonly string[]): JwkSet {
  const keys = kids.map((kid) => {
    const k = secrets.get(kid) ?? randomBytes(32).toString('base64url');
    secrets.set(kid, k);
    return { kty: 'oct', kid, k };
  });
  return parseSecretJwks(JSON.stringify({ keys }));
}

/** Keys from a source that answers with the newest of `answers`, or fails while it has none. */
function createKeys({ first }: { readonly first?: JwkSet } = {}) {
  const answers: JwkSet[] = [];
  const warnings: unknown[] = [];
  let reads = 0;
  const load = async () => {
    reads += 1;
    const set = answers.at(-1);
    if (set === undefined) throw new Error('the source is away');
    return set;
  };
  const log: Log = {
    debug() {},
    info() {},
    warn: ({ cause }) => void warnings.push(cause),
    error() {},
  };
  const unnamed = secretKey('the key of tokens without a kid, 32 bytes');
  const options = {
    load,
    source: 'test',
    signs: true,
    unnamed,
    everyMs: 300_000,
    searchEveryMs: 60_000,
    log,
  };
  const keys = new ReloadedKeys(options, first);
  return { keys, answers, warnings, unnamed, reads: () => reads };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('keys that are read again', () => {
  it('are found by their kid, and others are verified with the key without one', () => {
    const { keys, unnamed } = createKeys({ first: setOf('new', 'old') });
    expect(keys.find('old')).toMatchObject({ kid: 'old' });
    expect(keys.find(undefined)).toBe(unnamed);
    expect(keys.find('unknown')).toBe(unnamed);
    expect(keys.signingKey?.kid).toBe('new');
  });

  it('change with the source, while keys that are still there stay the same objects', async () => {
    const { keys, answers } = createKeys({ first: setOf('old') });
    const old = keys.find('old');
    answers.push(setOf('new', 'old'));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(keys.signingKey?.kid).toBe('new');
    expect(keys.find('old')).toBe(old);
    answers.push(setOf('new'));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(old && keys.has(old)).toBe(false);
  });

  it('stay in use while the source is away, which is logged once', async () => {
    const { keys, warnings } = createKeys({ first: setOf('old') });
    await vi.advanceTimersByTimeAsync(900_000);
    expect(keys.find('old')).toMatchObject({ kid: 'old' });
    expect(warnings).toEqual(['the source is away']);
  });

  it('are not loaded until the source answers for the first time, which is tried again soon', async () => {
    const { keys, answers, reads } = createKeys();
    await vi.advanceTimersByTimeAsync(8000);
    expect(keys.isLoaded).toBe(false);
    expect(reads()).toBe(4);
    answers.push(setOf('new'));
    await vi.advanceTimersByTimeAsync(8000);
    expect(keys.isLoaded).toBe(true);
  });

  it('are searched for an unknown kid at most once a minute, however many are asked for', async () => {
    const { keys, answers, reads } = createKeys({ first: setOf('old') });
    answers.push(setOf('new', 'old'));
    for (const kid of ['a', 'b', 'c']) void keys.search(kid);
    await keys.search('d');
    expect(reads()).toBe(1);
    expect(keys.search('new')).toBeUndefined();
    expect(keys.search('unknown')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(keys.search('unknown')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await keys.search('unknown');
    expect(reads()).toBe(2);
  });

  it('are not read any more once they are closed', async () => {
    const { keys, reads } = createKeys({ first: setOf('old') });
    keys.close();
    await vi.advanceTimersByTimeAsync(900_000);
    expect(keys.search('unknown')).toBeUndefined();
    expect(reads()).toBe(0);
  });
});
