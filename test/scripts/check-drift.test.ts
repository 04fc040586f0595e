import { appendFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, readFolder, rooms, tempFolder } from './generator.ts';

const folder = tempFolder();
const generated = join(folder, 'generated');

beforeAll(() => generate(rooms, '--out', generated));

describe('posted generate --check', () => {
  it('passes on what the contracts give', async () => {
    expect(await generate(rooms, '--check', '--out', generated)).toMatchObject({ code: 0, stderr: '' });
  });

  const drifts = [
    {
      what: 'a changed file',
      line: '  changed     asyncapi/models.ts',
      make: (copy: string) => appendFileSync(join(copy, 'asyncapi/models.ts'), '\n'),
    },
    {
      what: 'a new file',
      line: '  unexpected  asyncapi/more/new.ts',
      make: (copy: string) =>
        cpSync(join(copy, 'asyncapi/models.ts'), join(copy, 'asyncapi/more/new.ts'), { recursive: true }),
    },
    {
      what: 'a deleted file',
      line: '  missing     asyncapi/client.ts',
      make: (copy: string) => rmSync(join(copy, 'asyncapi/client.ts')),
    },
  ];

  it.each(drifts)('fails on $what, names it, and changes nothing', async ({ what, line, make }) => {
    const copy = join(folder, what.replaceAll(' ', '-'));
    cpSync(generated, copy, { recursive: true });
    make(copy);
    const before = readFolder(copy);
    const { code, stderr } = await generate(rooms, '--check', '--out', copy);
    expect(stderr).toBe(
      `${copy} is not what the contract gives:\n${line}\nRun the same command without --check, and commit the result.\n`,
    );
    expect(code).toBe(1);
    expect(readFolder(copy)).toEqual(before);
  });

  it('fails when the contract has problems', async () => {
    const contract = join(folder, 'contract.yaml');
    writeFileSync(contract, 'asyncapi: 3.0.0\n');
    const { code, stdout, stderr } = await generate(contract, '--check', '--out', generated);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^${contract}:1:1  `));
  });
});
