import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { posted, readFolder, tempFolder, typeCheck } from './generator.ts';

const folder = tempFolder();
const root = join(import.meta.dirname, '../..');

it.each([
  ['rooms and topics', 'test/runtime/durable/shop/shop.yaml', 'delivers orderPlaced'],
  ['groups of messages', 'asyncapi.json', 'delivers post'],
])(
  'posted init makes a project with a log for a durable channel with %s, whose tests pass',
  async (name, document, test) => {
    const project = join(folder, name);
    expect(await posted('init', project, document)).toMatchObject({ code: 0 });
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    expect(await typeCheck(project)).toBe('');
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toContain('\ndata/\n');
    expect(readFolder(project)['test/contract.test.ts']).toContain(`it('${test}'`);
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--no-color'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project });
    expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
  },
  240_000,
);
