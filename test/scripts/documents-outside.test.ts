import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundled, contractOf, problemsOf, writeFiles } from './documents/load.ts';
import { posted, tempFolder } from './generator.ts';

const folder = tempFolder();
const inside = join(folder, 'api');
const document = join(inside, 'contract.json');
const secret = join(folder, 'secret.json');

beforeAll(() => {
  writeFiles(folder, {
    'secret.json': { type: 'string' },
    'api-secrets/secret.json': { type: 'string' },
    'api/text.json': { type: 'string' },
    'api/parts/text.json': { $ref: '../text.json' },
    'api/parts/thief.json': { $ref: '../../secret.json' },
  });
  symlinkSync(secret, join(inside, 'link.json'));
  symlinkSync(folder, join(inside, 'folder'));
  symlinkSync('text.json', join(inside, 'inner.json'));
});

/** Writes the contract with a reference as the payload of its message. Returns its path. */
function contract(reference: string): string {
  writeFiles(inside, {
    'contract.json': JSON.stringify(contractOf({ payload: { $ref: reference } }), null, 2),
  });
  return document;
}

const fix = 'copy the file into that folder, or allow files outside of it with --allow-outside';

describe("a reference out of the document's folder", () => {
  const references = [
    ['that is an absolute path', secret],
    ['that is a file: URL', pathToFileURL(secret).href],
    ['that is an encoded file: URL', pathToFileURL(secret).href.replace('secret', '%73ecret')],
    ['with ..', '../secret.json'],
    ['with an encoded ..', '%2e%2e/secret.json'],
    ['to a folder whose name only begins like this one', '../api-secrets/secret.json'],
    ['through a link to a file', 'link.json'],
    ['through a link to a folder', 'folder/secret.json'],
    ['to a file that does not exist', '../missing.json'],
  ] as const;

  it.each(references)('is refused at its position: %s', async (_, reference) => {
    expect(await problemsOf(contract(reference))).toEqual([
      'contract.json:13:13  /channels/room/messages/said/payload/$ref  ' +
        `$ref "${reference}" leaves the document's folder; ${fix}`,
    ]);
  });

  it('is refused in a file of the folder', async () => {
    expect(await problemsOf(contract('parts/thief.json'))).toEqual([
      expect.stringMatching(/^parts\/thief\.json:1:2 {2}\/\$ref {2}\$ref "\.\.\/\.\.\/secret\.json" leaves/),
    ]);
  });

  it.each(references.slice(0, -1))('is followed if allowed: %s', async (_, reference) => {
    const at = await bundled(contract(reference), { allowOutside: true });
    expect(Object.values(at('/components/schemas') ?? {})).toEqual([{ type: 'string' }]);
  });

  it('is refused by the command unless it gets --allow-outside', async () => {
    const file = contract('../secret.json');
    expect(await posted('validate', file)).toMatchObject({ code: 1, stderr: expect.stringContaining(fix) });
    expect(await posted('validate', file, '--allow-outside')).toMatchObject({ code: 0 });
  });
});

describe('a reference to another folder', () => {
  it.each(['parts/text.json', 'inner.json', join(inside, 'text.json'), '../api/text.json'])(
    'is followed within that of the document: %s',
    async (reference) => {
      const at = await bundled(contract(reference));
      expect(Object.values(at('/components/schemas') ?? {})).toContainEqual({ type: 'string' });
    },
  );

  it('is followed if the document is given by a link to its folder', async () => {
    contract('parts/text.json');
    mkdirSync(join(folder, 'links'), { recursive: true });
    symlinkSync(inside, join(folder, 'links/api'));
    const at = await bundled(join(folder, 'links/api/contract.json'));
    expect(Object.values(at('/components/schemas') ?? {})).toContainEqual({ type: 'string' });
  });
});
