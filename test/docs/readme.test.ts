import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate, prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { makeDataDir } from '../support/feed-server.ts';
import { adapt, findExample, readUntil, root, start } from './examples.ts';

const chat = join(tempFolder(), 'chat');

describe('README.md', () => {
  it('shows a contract, handlers and a client that work together', async () => {
    mkdirSync(chat);
    prepareProject(chat);
    const contract = join(chat, 'chat.yaml');
    writeFileSync(contract, findExample('README.md', 'yaml', '# chat.yaml'));
    expect(await generate(contract, '--out', join(chat, 'generated'))).toMatchObject({ code: 0 });
    const server = findExample('README.md', 'ts', '// server.ts');
    writeFileSync(join(chat, 'server.ts'), adapt(server, 'port: 8080', 'port: 0'));
    const client = findExample('README.md', 'ts', '// client.ts');
    writeFileSync(join(chat, 'client.ts'), client);
    expect(await typeCheck(chat)).toBe('');

    const serverOutput = await readUntil(start(process.execPath, ['server.ts'], { cwd: chat }), '\n');
    const [url = ''] = /http:\S+/.exec(serverOutput) ?? [];
    writeFileSync(join(chat, 'client.ts'), adapt(client, 'ws://localhost:8080', url));
    const running = start(process.execPath, ['client.ts'], { cwd: chat });
    expect(await readUntil(running, '\n')).toBe('Hello\n');
  });

  it('names the commands that start that chat', () => {
    expect(findExample('README.md', 'sh', 'chat.yaml')).toBe(
      'npx posted generate chat.yaml\nnode server.ts\nnode client.ts\n',
    );
  });

  it('has a start command that starts the feed server, which prints what to do next', async () => {
    expect(findExample('README.md', 'sh', 'npm test')).toBe('npm ci && npm start\nnpm ci && npm test\n');
    const env = { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: await makeDataDir() };
    const output = await readUntil(start('npm', ['start'], { cwd: root, env }), 'Hello from Posted');
    expect(output).toContain('npm run client --');
  });

  it('begins a project as the test of the packages does', () => {
    // test/scripts/package.test.ts runs these commands with the packed files.
    const commands = findExample('README.md', 'sh', 'npm create');
    expect(commands.replaceAll(/ +#.*/g, '')).toBe(
      'npm create posted@latest my-app asyncapi.yaml\ncd my-app\nnpm install\nnpm run dev\n',
    );
    expect(findExample('README.md', 'sh', 'npm pack')).toBe(
      'npm ci && npm run build && npm pack ./dist/posted ./dist/cli\n',
    );
  });
});
