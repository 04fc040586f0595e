import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { snakeCase } from '../../scripts/posted/python/python-names.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import { clientCredentials } from '../corpus/credentials.ts';
import { type CorpusDocument, generateDocument } from '../corpus/document.ts';
import { serveDocument } from '../corpus/generic-server.ts';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { prepareProject } from '../scripts/generator.ts';
import type { LooseConnection } from '../support/channel.ts';
import { startContractServer } from '../support/contract-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { reason, startProgram } from './python.ts';

/** A server of a document of the corpus, and its Python package. */
interface Served {
  readonly document: CorpusDocument;
  readonly generated: GeneratedPackage;
}

describe.skipIf(reason !== null)(`the Python client of any server ${reason ?? ''}`, () => {
  let folder = '';
  const served = new Map<string, Served>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posted-exchange-'));
    prepareProject(folder);
    for (const name of ['request-reply', 'content-types', 'security']) {
      const file = `test/corpus/documents/${name}.yaml`;
      const document = await generateDocument(file, folder, name);
      served.set(name, { document, generated: await generatePackage(file) });
    }
  });
  afterAll(async () => {
    for (const { generated } of served.values()) await generated.remove();
    await rm(folder, { recursive: true, force: true });
  });

  function servedAs(name: string): Served {
    const found = served.get(name);
    if (found === undefined) throw new Error(`${name} was not generated.`);
    return found;
  }

  it('sends requests and answers them', async () => {
    const { document, generated } = servedAs('request-reply');
    const desk = createDesk();
    const { url } = await startContractServer(document.contract, { desk: desk.handlers });
    const program = startProgram('exchange_app.py', generated.packages, { url, refused: true });
    await program.waitFor((lines) => lines.find(({ open }) => open));
    expect(await desk.ask({ nonce: 'n-7' })).toEqual({ op: 'confirmed', nonce: 'n-7' });
    await program.waitFor((lines) => lines.find(({ again }) => again));
    desk.tick();
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual(
      expect.arrayContaining([
        { soon: 3.5, sky: 'blue' },
        { late: 7, sky: 'grey' },
        { raised: 'bad_message', text: expect.not.stringContaining('no number') },
        { third: 'blue' },
        { refused: 'too_many_requests', message: 'Later.', after: 1500 },
        { refused: 'not_found', message: 'There is no sky.', after: null },
        { again: 'grey' },
        { requested: 'confirm' },
        { tick: true },
      ]),
    );
    expect(program.lines.filter(({ reported }) => reported !== undefined)).toEqual([]);
  });

  it('matches replies by their ids, otherwise by order, late ones included', async () => {
    const { generated } = servedAs('request-reply');
    const server = await startChatServer();
    const program = startProgram('exchange_app.py', generated.packages, { url: server.url });
    const connection = await server.nextConnection();
    const sums: Adding[] = [];
    let skies = 0;
    connection.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as Adding | { readonly op: 'weather' };
      if (request.op === 'add') sums.push(request);
      else skies += 1;
      // The third reply is late: it arrives with the fourth.
      const answers =
        request.op === 'add' ? [] : ([['blue'], ['blue'], [], ['grey', 'blue']][skies - 1] ?? []);
      for (const sky of answers) connection.send(JSON.stringify({ op: 'report', sky }));
      if (sums.length < 2) return;
      for (const { id, terms } of sums.splice(0).toReversed()) {
        const value = terms.reduce((sum, term) => sum + term, 0);
        const answer = JSON.stringify({ op: 'sum', id, value });
        // Not JSON, so it is dropped.
        connection.send(answer.replace(/[^:]+}$/, 'NaN}'));
        connection.send(answer);
      }
    });
    await program.waitFor((lines) => lines.find(({ again }) => again));
    expect(program.lines).toEqual(
      expect.arrayContaining([
        { soon: 3.5, sky: 'blue' },
        { late: 7, sky: 'blue' },
        { raised: 'timeout' },
        { again: 'blue' },
      ]),
    );
    const reported = program.lines.filter((line) => line.reported === 'bad_frame');
    expect(reported).toHaveLength(2);
  });

  it('sends every kind of credential as the contract specifies, and shows none', async () => {
    const { document, generated } = servedAs('security');
    const server = await serveDocument(document);
    onTestFinished(() => server.close());
    const attempts = document.model.channels.flatMap(({ name, servers, security }) =>
      security.flatMap((scheme) => {
        const url = `ws://127.0.0.1:${server.port}${servers[0]?.pathname ?? ''}`;
        const [right] = Object.values(clientCredentials([scheme]));
        const wrong = scheme.credentials === 'basic' ? ['ann', 'wr0ng-Key'] : 'wr0ng-Key';
        const given = typeof right === 'string' ? right : Object.values(right);
        return [given, wrong].map((value) => [`connect_${snakeCase(name)}`, url, scheme.name, value]);
      }),
    );
    const several = document.model.channels.find(({ security }) => security.length > 1);
    const unnamed = [`connect_${snakeCase(several?.name ?? '')}`, 'ws://127.0.0.1', null, 'a-key'];
    const program = startProgram('security_app.py', generated.packages, {
      package: 'security',
      attempts: [...attempts, unnamed],
    });
    expect(await program.ended, program.stderr()).toBe(0);
    const withoutKey: unknown = expect.not.stringContaining('wr0ng-Key');
    const text: unknown = expect.stringContaining('`auth` must have credentials by security scheme');
    expect(program.lines.at(-1)).toEqual({
      function: unnamed[0],
      name: null,
      raised: 'invalid_options',
      text,
    });
    expect(program.lines.slice(0, -1)).toEqual(
      attempts.map(([connect, , name], index) => ({
        function: connect,
        name,
        ...(index % 2 === 0 ? { open: true } : { raised: 'unauthorized', text: withoutKey }),
      })),
    );
  });

  it('sends and receives bytes, plain text and JSON', async () => {
    const { document, generated } = servedAs('content-types');
    const server = await serveDocument(document);
    onTestFinished(() => server.close());
    const url = `ws://127.0.0.1:${server.port}`;
    const program = startProgram('camera_app.py', generated.packages, { url });
    await program.waitFor((lines) => lines.find(({ sent }) => sent));
    await expect.poll(() => server.received.length).toBe(3);
    expect(server.received).toEqual(
      expect.arrayContaining([
        { message: 'firmware', value: Uint8Array.from({ length: 256 }, (_, index) => index) },
        { message: 'move', value: [1.5, -2] },
        { message: 'key', value: 'é' },
      ]),
    );
    function publish(channel: string, name: string, value: unknown): void {
      const [connection] = server.connections(channel);
      const { send } = document.model.channels.find((candidate) => candidate.name === channel) ?? {};
      const message = send?.find((candidate) => candidate.name === name);
      if (connection && message) server.publish(connection, message, value);
    }
    publish('camera', 'frame', Uint8Array.of(0, 255, 7));
    publish('camera', 'state', { battery: 0.5 });
    publish('terminal', 'line', '{"not": "json"');
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { raised: 'bad_message', text: expect.stringContaining('key') },
      { sent: true },
      { frame: [0, 255, 7] },
      { state: { battery: 0.5 } },
      { line: '{"not": "json"' },
    ]);
  });
});

interface Adding {
  readonly op: 'add';
  readonly id: number;
  readonly terms: readonly number[];
}

interface Request {
  readonly reply: Readonly<Record<'sum' | 'report', (content: object) => object>>;
}

/** Serves the desk of test/corpus/documents/request-reply.yaml: larger sums take longer, and skies alternate. */
function createDesk() {
  let connection: LooseConnection | undefined;
  let skies = 0;
  return {
    ask: (content: object) => connection?.request.ask?.(content),
    tick: () => connection?.send.tick?.({}),
    handlers: {
      opened(opened: LooseConnection) {
        connection = opened;
      },
      async calculate({ terms }: { readonly terms: readonly number[] }, { reply }: Request) {
        const value = terms.reduce((sum, term) => sum + term, 0);
        if (value > 100) throw new PostedError('too_many_requests', 'Later.', { retryAfterMs: 1500 });
        await new Promise((resolve) => setTimeout(resolve, value * 10));
        return reply.sum({ value });
      },
      forecast({ replyTo }: { readonly replyTo?: string }, { reply }: Request) {
        if (replyTo !== undefined) throw new PostedError('not_found', 'There is no sky.');
        skies += 1;
        return reply.report({ sky: skies % 2 === 1 ? 'blue' : 'grey' });
      },
    },
  };
}
