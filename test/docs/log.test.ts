import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { readPage, readUntil, start } from './examples.ts';

const project = tempFolder();

it('the examples of docs/log.md are one program, which compiles and prints what they say', async () => {
  prepareProject(project);
  const examples = [...readPage('docs/log.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  writeFileSync(join(project, 'orders.ts'), examples.join('\n'));
  expect(await typeCheck(project)).toBe('');
  const running = start(process.execPath, ['orders.ts'], { cwd: project });
  const events = ['join', 'message', 'message', 'message', 'revise', 'redact', 'join'];
  expect((await readUntil(running, 'no text at all')).trimEnd().split('\n')).toEqual([
    'false o-2 true',
    "[ { id: 'o-2', cents: 1100 } ]",
    ...events.map((kind, index) => `${index + 1} ${kind}`),
  ]);
});
