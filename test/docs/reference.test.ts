import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientErrorCode } from 'posted/client';
import type { RestErrorCode } from 'posted/rest-client';
import { closeCodes, type ErrorCode, PostedError } from 'posted/server';
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../src/runtime/shared/errors.ts';
import { createChannel, createMessage, createOperation, startChannel } from '../support/channel.ts';
import { connectClient } from '../support/websocket.ts';
import { readPage, root } from './examples.ts';

const manifest = JSON.parse(readFileSync(join(root, 'src/runtime/package.json'), 'utf8'));

/** The cells of the rows of a section's table, without backquotes. */
function tableOf(section: string, page = 'docs/reference.md'): readonly (readonly string[])[] {
  const text = readPage(page)
    .split(/^## /m)
    .find((part) => part.startsWith(`${section}\n`));
  const [, , ...rows] = text?.match(/^\|.*\|$/gm) ?? [];
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

function fail(code: ErrorCode): never {
  throw new PostedError(code, 'No.');
}

describe('docs/reference.md', () => {
  it('lists every close code and whether the client reconnects', () => {
    const documented = tableOf('Close codes').map(([code, name, reconnect]) => [code, name, reconnect]);
    const actual = Object.entries(closeCodes).map(([name, { code, reconnect }]) => [
      String(code),
      name,
      reconnect ? 'yes' : 'no',
    ]);
    expect(documented).toEqual(actual);
  });

  it('lists every error code with its HTTP status', () => {
    const documented = tableOf('Error codes').map(([code, status]) => [code, Number(status)]);
    expect(documented).toEqual(Object.entries(statusOf));
  });

  it('lists the close code of every error that the handler of a message without a reply throws', async () => {
    const channel = createChannel({
      receive: [createMessage('fail', { type: 'string' })],
      operations: [createOperation('receive', 'fail')],
    });
    const { url } = await startChannel(channel, { fail });
    for (const [code = '', , closeCode] of tableOf('Error codes')) {
      const client = await connectClient(`${url}/desk`);
      client.webSocket.send(JSON.stringify(code));
      expect([code, (await client.closed).code]).toEqual([code, Number(closeCode)]);
    }
  });

  it('lists every code of a client error', () => {
    // The compiler finds a code that is missing here.
    const codes: Readonly<Record<ClientErrorCode, true>> = {
      invalid_options: true,
      credentials: true,
      unauthorized: true,
      refused: true,
      unreachable: true,
      closed: true,
      bad_frame: true,
      handler: true,
      slow_consumer: true,
      cursor_store: true,
      reset: true,
      bad_message: true,
      not_open: true,
      send_buffer_full: true,
      timeout: true,
    };
    expect(tableOf('Client errors').map(([code]) => code)).toEqual(Object.keys(codes));
  });

  it('lists every code of an error of the REST client', () => {
    const codes: Readonly<Record<RestErrorCode, true>> = {
      refused: true,
      unexpected: true,
      timeout: true,
      unreachable: true,
      credentials: true,
      invalid_options: true,
    };
    expect(tableOf('Errors', 'docs/rest-client.md').map(([code]) => code)).toEqual(Object.keys(codes));
  });

  it('lists every entry point and the optional packages', () => {
    const table = tableOf('Entry points');
    const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');
    expect(new Set(table.map(([entry]) => entry))).toEqual(
      new Set(entries.map((name) => name.replace('.', 'posted'))),
    );
    const needed = table.flatMap(([, , packages = '']) => packages.split(/, | or /).filter(Boolean));
    expect(needed.toSorted()).toEqual(Object.keys(manifest.peerDependencies).toSorted());
  });
});
