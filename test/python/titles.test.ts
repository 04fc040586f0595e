import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generatePackage } from './generated-package.ts';
import { execute, pythonPath, reason } from './python.ts';

describe.skipIf(reason !== null)(`a package ${reason ?? ''}`, () => {
  it.each([
    ['both kinds of quotes', `Bob's "Best" "Feed"`, `Bob's "Best" "Feed"`],
    ['quotes at its end and a backslash', `C:\\ """Feed"""`, `C:\\ """Feed"""`],
    ['escape codes and a line break', 'Red \u001b[31m\nFeed', 'Red \\u001b[31m Feed'],
  ])('has the whole title of its contract: %s', async (_, title, shown) => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-title-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const document = join(folder, 'contract.json');
    writeFileSync(document, JSON.stringify(contractOf(title)));
    const generated = await generatePackage(document);
    onTestFinished(() => generated.remove());
    const [metadata = ''] = globSync(join(generated.packages, '*.dist-info/METADATA'));
    expect(readFileSync(metadata, 'utf8').split('\n')).toContain(`Summary: A client of ${shown}.`);
    const [path = ''] = globSync('*_feed/', { cwd: generated.packages });
    const program = `import json, ${path.replace('/', '')} as feed; print(json.dumps(feed.__doc__))`;
    const { stdout } = await execute(pythonPath(), ['-W', 'error', '-c', program], {
      env: { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(JSON.parse(stdout).trim().replaceAll('\n', ' ')).toBe(`Clients of ${shown} 1.0.0.`);
  });
});

function contractOf(title: string): object {
  const payload = { type: 'string' };
  return {
    asyncapi: '3.0.0',
    info: { title, version: '1.0.0' },
    channels: { news: { address: '/news', messages: { item: { payload } } } },
    operations: { sendItem: { action: 'send', channel: { $ref: '#/channels/news' } } },
  };
}
