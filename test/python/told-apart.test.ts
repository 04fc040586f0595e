import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageName } from '../../scripts/posted/python/python-names.ts';
import { decodeMessage } from '../../src/runtime/client/message-codec.ts';
import type { openGenerated } from '../corpus/clients.ts';
import { converse } from '../corpus/conversation.ts';
import { type CorpusDocument, generateDocument } from '../corpus/document.ts';
import { serveDocument } from '../corpus/generic-server.ts';
import { startPythonClients } from '../corpus/python-clients.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { pythonPath, reason } from './python.ts';

/** A frame of a channel, and the message that it is. */
type Case = readonly [document: string, channel: string, frame: unknown, message: string];

const cases: readonly Case[] = [
  ['told-apart', 'gateway', { op: 0, t: 'READY' }, 'ready'],
  ['told-apart', 'gateway', { op: 0, t: 'RESUMED', seq: 1 }, 'resumed'],
  ['told-apart', 'gateway', { op: 0, t: 'READY', user: 1 }, 'invalid'],
  ['told-apart', 'gateway', { op: 0, t: 'LATER' }, 'unknown'],
  ['told-apart', 'gateway', { op: 10, text: 'a hello with a text' }, 'hello'],
  ['told-apart', 'gateway', { text: 'a notice' }, 'notice'],
  ['told-apart', 'gateway', {}, 'invalid'],
  ['told-apart', 'ticker', { channel: 'without an event' }, 'subscribed'],
  ['told-apart', 'ticker', { event: 'unsubscribed' }, 'unsubscribed'],
  ['told-apart', 'ticker', { event: 'later' }, 'unknown'],
  ['told-apart', 'ticker', ['tick', 1], 'tick'],
  ['told-apart', 'ticker', ['correction', {}], 'trade'],
  ['told-apart', 'ticker', ['tick', '1'], 'invalid'],
  ['told-apart', 'ticker', ['later', 1], 'unknown'],
  ['told-apart', 'ticker', [17, 'hb'], 'heartbeat'],
  ['told-apart', 'ticker', [17, 'cs', 1], 'checksum'],
  ['told-apart', 'lines', 'volume:12', 'volume'],
  ['told-apart', 'lines', 'volume:much', 'invalid'],
  ['unions', 'quotes', { quotes: [1] }, 'snapshotOrOthers'],
  ['unions', 'quotes', { type: 'status' }, 'status'],
  ['unions', 'quotes', { quotes: 'none', price: 'none' }, 'invalid'],
];

describe.skipIf(reason !== null)(`messages without a common tag ${reason ?? ''}`, () => {
  const project = tempFolder();
  const corpus = new Map<string, CorpusDocument>();
  const packagesOf = (name: string): string => join(project, 'generated', name, 'python');

  beforeAll(async () => {
    prepareProject(project);
    for (const name of ['told-apart', 'unions']) {
      const file = `test/corpus/documents/${name}.yaml`;
      corpus.set(name, await generateDocument(file, project, name, { targets: ['python'] }));
    }
  });

  it.each(['told-apart', 'unions'])('of %s are exchanged with Python', async (name) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    const python = startPythonClients(document, packagesOf(name));
    try {
      for (const channel of document.model.channels) {
        const open: typeof openGenerated = (options) => python.open(options);
        expect(await converse({ document, channel, server, open })).toBeGreaterThan(0);
      }
    } finally {
      python.close();
      await server.close();
    }
  });

  it('are the same in TypeScript', () => {
    const names = cases.map(([name, channel, frame]) => {
      const descriptor = corpus.get(name)?.clientChannels[channel];
      if (descriptor === undefined) throw new Error(`${name} has no channel ${channel}.`);
      const decoded = decodeMessage(descriptor, frameOf(channel, frame));
      if ('name' in decoded) return decoded.name;
      return 'unknown' in decoded ? 'unknown' : 'invalid';
    });
    expect(cases.map((each, index) => [each[2], names[index]])).toEqual(
      cases.map(([, , frame, message]) => [frame, message]),
    );
  });

  it.each(['told-apart', 'unions'])('of %s are the same in Python', (name) => {
    const own = cases.filter(([document]) => document === name);
    const input = own.map(([, channel, frame]) => [channel, frameOf(channel, frame)]);
    const { stdout, stderr } = spawnSync(pythonPath(), [join(import.meta.dirname, 'decode_frames.py')], {
      input: JSON.stringify([packageName(corpus.get(name)?.model.title ?? ''), input]),
      env: { PYTHONPATH: packagesOf(name), PYTHONDONTWRITEBYTECODE: '1' },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const names: readonly string[] = JSON.parse(stdout);
    expect(own.map((each, index) => [each[2], names[index]])).toEqual(
      own.map(([, , frame, message]) => [frame, message]),
    );
  });
});

/** The messages of the channel `lines` are plain text. */
function frameOf(channel: string, frame: unknown): string {
  return channel === 'lines' ? String(frame) : JSON.stringify(frame);
}
