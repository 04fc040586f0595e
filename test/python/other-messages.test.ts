import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { acksOf, cursor, frames, sinceOf } from '../runtime/client/resume-feed.ts';
import { soon } from '../runtime/client/soon.ts';
import { makeDataDir } from '../support/feed-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { type Line, reason, startProgram } from './python.ts';

const { bye, checkpoint, plainPost, post, ready, reset } = frames;

/** A message of a type that is not in the contract. */
const poll = (more: object = {}) => ({ type: 'poll', question: 'Tea?', ...more });

/** A frame with a field that is not in the contract. */
const extend = (text: string) => JSON.stringify({ ...JSON.parse(text), added: { at: 1 } });

/** A post without its text. */
const broken = JSON.stringify({ type: 'post', payload: {}, cursor: cursor(3) });

const valuesOf = (lines: readonly Line[], ...keys: readonly string[]): readonly unknown[] =>
  lines.flatMap((line) => keys.flatMap((key) => (line[key] === undefined ? [] : [line[key]])));

describe.skipIf(reason !== null)(`the Python client ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json');
  });
  afterAll(() => generated?.remove());

  const start = (url: string, config: object = {}) =>
    startProgram('feed_app.py', generated.packages, { url, tokens: ['a-token'], ...config });

  it('passes messages of an unknown type to on_unknown in order', async () => {
    const server = await startChatServer();
    const { lines, waitFor } = start(server.url, { resume: false, on_unknown: true });
    const connection = await server.nextConnection();
    for (const sent of [plainPost('before'), JSON.stringify(poll()), plainPost('after')])
      connection.send(sent);
    await waitFor((seen) => seen.find((line) => line.post === 'after'));
    expect(valuesOf(lines, 'post', 'unknown')).toEqual(['before', poll(), 'after']);
    expect(valuesOf(lines, 'reported')).toEqual([]);
  });

  it('ignores messages of an unknown type without on_unknown', async () => {
    const server = await startChatServer();
    const { lines, waitFor } = start(server.url, { resume: false });
    const connection = await server.nextConnection();
    for (const sent of [JSON.stringify(poll()), Buffer.from([1]), plainPost('after')]) connection.send(sent);
    await waitFor((seen) => seen.find((line) => line.post === 'after'));
    expect(valuesOf(lines, 'reported')).toEqual([]);
  });

  it.each([true, false])(
    'acknowledges an unknown message with a valid cursor (on_unknown: %s)',
    async (on_unknown) => {
      const server = await startChatServer();
      const { waitFor } = start(server.url, { on_unknown });
      const connection = await server.nextConnection();
      const acks = acksOf(connection);
      const unknown = [poll({ cursor: cursor(3) }), poll({ cursor: 'elsewhere' }), poll()];
      for (const sent of [ready(1), post(2), ...unknown.map((value) => JSON.stringify(value))])
        connection.send(sent);
      await expect.poll(() => acks.at(-1), soon).toBe(3);
      connection.terminate();
      await waitFor((seen) => seen.find(({ status }) => status === 'waiting'));
      await server.nextConnection();
      expect(sinceOf(server.handshakes)).toEqual(['now', 3]);
    },
  );

  it('ignores fields that are not in the contract, and leaves them in the message', async () => {
    const server = await startChatServer();
    const { lines, waitFor } = start(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), post(2), checkpoint(3), reset(4), post(5), bye(20)])
      connection.send(extend(sent));
    await expect.poll(() => acks.at(-1), soon).toBe(5);
    connection.close(1012);
    const waiting = await waitFor((seen) => seen.find(({ status }) => status === 'waiting'));
    expect(waiting).toMatchObject({ delay: 0.02 });
    expect(valuesOf(lines, 'post', 'reset')).toEqual(['2', 'expired', '5']);
    expect(valuesOf(lines, 'message')).toMatchObject([{ added: { at: 1 } }, { added: { at: 1 } }]);
    expect(valuesOf(lines, 'reported')).toEqual([]);
  });

  it('acknowledges nothing after an invalid message until on_invalid has returned', async () => {
    const server = await startChatServer();
    const { lines, waitFor } = start(server.url, { on_invalid: 'continue', decide_seconds: 0.6 });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), post(2), broken, post(4)]) connection.send(sent);
    await waitFor((seen) => seen.find(({ invalid }) => invalid !== undefined));
    await expect.poll(() => acks, soon).toEqual([2]);
    expect(valuesOf(lines, 'post', 'decided')).toEqual(['2']);
    await expect.poll(() => acks, soon).toEqual([2, 4]);
    expect(valuesOf(lines, 'post', 'invalid', 'decided')).toEqual(['2', broken, true, '4']);
    expect(valuesOf(lines, 'reported')).toEqual([]);
  });

  it.each([
    ['decides to close', 'close', ['bad_frame']],
    ['raises', 'raise', ['handler', 'bad_frame']],
    ['does not decide', null, ['bad_frame']],
  ])(
    'ends without acknowledging anything after an invalid message when on_invalid %s',
    async (_, on_invalid, errors) => {
      const server = await startChatServer();
      const saved = join(await makeDataDir(), 'cursor');
      const { lines, ended } = start(server.url, { cursor: saved, on_invalid });
      const connection = await server.nextConnection();
      const acks = acksOf(connection);
      for (const sent of [ready(1), post(2), broken, post(4)]) connection.send(sent);
      expect(await ended).toBe(0);
      expect(valuesOf(lines, 'post', 'raised')).toEqual(['2', 'bad_frame']);
      expect(valuesOf(lines, 'reported')).toEqual(errors);
      expect(acks.at(-1)).toBe(2);
      start(server.url, { cursor: saved });
      await server.nextConnection();
      expect(sinceOf(server.handshakes)).toEqual(['now', 2]);
    },
  );
});
