import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { msgpack } from '../../src/runtime/shared/msgpack.ts';
import type { openGenerated } from '../corpus/clients.ts';
import { converse } from '../corpus/conversation.ts';
import { type CorpusDocument, generateDocument } from '../corpus/document.ts';
import { serveDocument } from '../corpus/generic-server.ts';
import { startPythonClients } from '../corpus/python-clients.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { pythonPath, reason } from './python.ts';

const outcomes: readonly (readonly [frame: Uint8Array, outcome: string])[] = [
  [msgpack.encode({ op: 'quote', bid: 2 }), 'quote'],
  // 2.0 as a float is an integer, as in JSON.
  [Buffer.from('83a26f70a57472616465a57072696365ca40000000a573697a657391cb4000000000000000', 'hex'), 'trade'],
  [msgpack.encode({ op: 'later' }), 'unknown'],
  [msgpack.encode({ op: 'quote' }), 'invalid'],
  // Bytes in a member that the contract does not have, a time, a number as a key, a number that is not finite, and values that end early.
  ...[
    '83a26f70a571756f7465a362696402a178c40100',
    'd6ff00000000',
    '810101',
    'cb7ff8000000000000',
    '82a1',
    '',
  ].map((hex) => [Buffer.from(hex, 'hex'), 'invalid'] as const),
];

describe.skipIf(reason !== null)(`messages in MessagePack ${reason ?? ''}`, () => {
  const project = tempFolder();
  const packages = join(project, 'generated/msgpack/python');
  let document: CorpusDocument;

  beforeAll(async () => {
    prepareProject(project);
    const file = 'test/corpus/documents/msgpack.yaml';
    document = await generateDocument(file, project, 'msgpack', { targets: ['python'] });
  });

  it('are exchanged with Python', async () => {
    const server = await serveDocument(document);
    const python = startPythonClients(document, packages);
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

  it('are read and refused as in TypeScript', () => {
    const input = outcomes.map(([frame]) => ['market', { hex: Buffer.from(frame).toString('hex') }]);
    const { stdout, stderr } = spawnSync(pythonPath(), [join(import.meta.dirname, 'decode_frames.py')], {
      input: JSON.stringify(['packed', input]),
      env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(outcomes.map(([, outcome]) => outcome));
  });

  it('make the package depend on msgpack, and no other package does', () => {
    expect(readFileSync(join(packages, 'pyproject.toml'), 'utf8')).toContain('"msgpack>=');
    expect(readFileSync('generated/python/pyproject.toml', 'utf8')).not.toContain('msgpack');
  });
});
