import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { bundled, contractOf, problemsOf, writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();
const requests: string[] = [];
let server: Server;
let origin: string;

/** The files of the server, by path. */
const remote: Readonly<Record<string, string>> = {
  '/messages.yaml': 'said:\n  summary: Said.\n  payload: { $ref: schemas/said.json }\n',
  '/schemas/said.json': '{ "type": "object", "properties": { "text": { "$ref": "../text.yaml" } } }',
  '/text.yaml': 'type: string\n',
  '/wrong.yaml': 'payload:\n  type: strng\n',
  '/thief.yaml': 'payload: { $ref: "file:///etc/hostname" }\n',
  '/large.yaml': `payload: { type: string } # ${'x'.repeat(4 * 1024 * 1024)}\n`,
};

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    requests.push(url);
    const chain = /^\/chain\/(\d+)$/.exec(url)?.[1];
    const text = chain === undefined ? remote[url] : `allOf: [{ $ref: "${Number(chain) + 1}" }]\n`;
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

/** Writes a contract whose message, or its payload, refers to a file of the server. Returns its path. */
function contract(path: string, member?: 'payload'): string {
  const reference = { $ref: `${origin}${path}` };
  writeFiles(folder, {
    'contract.json': contractOf(member === undefined ? reference : { payload: reference }),
  });
  return join(folder, 'contract.json');
}

describe('a reference to a remote file', () => {
  it('is refused without a request', async () => {
    requests.length = 0;
    const [problem, ...others] = await problemsOf(contract('/messages.yaml#/said'));
    expect(problem).toContain(
      'refers to a remote file; copy the file into this project, or allow remote files with --allow-remote',
    );
    expect([others, requests]).toEqual([[], []]);
  });

  it('is followed from file to file if allowed, requesting each file once', async () => {
    requests.length = 0;
    const file = contract('/messages.yaml#/said');
    const at = await bundled(file, { allowRemote: true });
    expect(at('/components/schemas')).toEqual({
      said: { type: 'object', properties: { text: { $ref: '#/components/schemas/text' } } },
      text: { type: 'string' },
    });
    expect(requests).toEqual(['/messages.yaml', '/schemas/said.json', '/text.yaml']);
    expect((await loadAsyncapi(file, { allowRemote: true })).files).toEqual([file]);
  });

  it.each([
    ['/missing.yaml', 'cannot be read (HTTP 404)'],
    ['/large.yaml', 'cannot be read (it is larger than 4194304 bytes)'],
  ])('to %s is reported: %s', async (path, what) => {
    const [problem, ...others] = await problemsOf(contract(path), { allowRemote: true });
    expect(problem).toContain(`"${origin}${path}" ${what};`);
    expect(others).toEqual([]);
  });

  it('has problems of the file reported at their position', async () => {
    const problems = await problemsOf(contract('/wrong.yaml'), { allowRemote: true });
    expect(problems).toEqual([
      expect.stringContaining(`${origin}/wrong.yaml:2:3  /payload/type  \`type\` cannot be "strng"`),
    ]);
  });

  it('cannot lead back to a local file', async () => {
    const problems = await problemsOf(contract('/thief.yaml'), { allowRemote: true });
    expect(problems).toEqual([
      `${origin}/thief.yaml:1:12  /payload/$ref  $ref "file:///etc/hostname" refers from a remote file to a local file; refer to a remote file`,
    ]);
  });

  it('is not followed beyond the limit', async () => {
    requests.length = 0;
    const problems = await problemsOf(contract('/chain/1', 'payload'), { allowRemote: true });
    expect(problems).toEqual([expect.stringContaining('$ref "101" exceeds the limit of 100 remote files')]);
    expect(requests).toHaveLength(100);
  });
});
