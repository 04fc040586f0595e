import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderSettingsTable } from '../src/feed-server/settings/help.ts';
import { reason as noPython, pythonPath } from './python/python.ts';
import { makeDataDir, registerUser, startFeed } from './support/feed-server.ts';
import { copyProject } from './support/project-copy.ts';
import { bearer, connectClient } from './support/websocket.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The fenced blocks of a section, by language. */
function blocksOf(section: string, language: string): readonly string[] {
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code ?? '');
}

/** What a process prints, until it has printed `text` or has ended. */
async function readUntil(
  { stdout }: ChildProcessByStdio<null, Readable, Readable | null>,
  text: string,
): Promise<string> {
  let output = '';
  for await (const chunk of stdout) {
    output += String(chunk);
    if (output.includes(text)) break;
  }
  return output;
}

/** npm and bash run others as their children: the signal is for all of them. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await exited;
}

describe('the README', () => {
  it('has a start command that starts the server and says what to do next', async () => {
    const [commands = ''] = blocksOf('Start', 'sh');
    expect(commands).toBe('npm ci && npm start\nnpm ci && npm test\n');
    const child = spawn('npm', ['start'], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: await makeDataDir() },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    onTestFinished(() => stopGroup(child));
    expect(await readUntil(child, 'Hello from Posted')).toContain('npm run client --');
  });

  it('has a shell example that works', async () => {
    const [script = ''] = blocksOf('Try it', 'sh');
    const { url } = await startFeed();
    const here = script.replaceAll('localhost:8080', new URL(url).host);
    expect(here).not.toBe(script);
    const run = spawn('bash', ['-euo', 'pipefail', '-c', `${here}\nwait`], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    onTestFinished(() => stopGroup(run));
    expect(await readUntil(run, 'Hello from Posted')).toMatch(
      /\{"type":"post","payload":\{"postId":"[^"]+","postText":"Hello from Posted"/,
    );
  });

  it('has a client example that gets a post', async () => {
    const [example = ''] = blocksOf('The client', 'ts');
    const { url, socketUrl } = await startFeed();
    const ada = await registerUser(url);
    const project = copyProject();
    const client = example.replace('ws://localhost:8080', socketUrl);
    expect(client).not.toBe(example);
    writeFileSync(join(project.dir, 'example.ts'), `const token = process.env.TOKEN ?? '';\n${client}`);
    expect(await project.typeCheck('example.ts')).toEqual({ code: 0, output: '' });

    const running = promisify(execFile)(process.execPath, ['example.ts'], {
      cwd: project.dir,
      env: { ...process.env, TOKEN: ada.token },
    });
    // The client tells nobody when it is connected: post until it has seen one.
    const posting = setInterval(() => void ada.post('seen by the example'), 100);
    onTestFinished(() => clearInterval(posting));
    expect((await running).stdout).toBe('seen by the example\n');
  });

  it.skipIf(noPython !== null)(`has an example in Python that gets a post ${noPython ?? ''}`, async () => {
    const [example = ''] = blocksOf('The client', 'python');
    const { url, socketUrl } = await startFeed();
    const ada = await registerUser(url);
    const env = { ...process.env, PYTHONPATH: join(root, 'generated/python'), PYTHONDONTWRITEBYTECODE: '1' };
    const running = promisify(execFile)(pythonPath(), ['-c', example, socketUrl, ada.token], { env });
    // The client tells nobody when it is connected: post until it has seen one.
    const posting = setInterval(() => void ada.post('seen by the example'), 100);
    onTestFinished(() => clearInterval(posting));
    expect((await running).stdout).toBe('seen by the example\n');
  });

  it('has a contract and a server for it that run', async () => {
    const section = 'A server of your own';
    const [document = ''] = blocksOf(section, 'json');
    const [command = ''] = blocksOf(section, 'sh');
    const [example = ''] = blocksOf(section, 'ts');
    const project = copyProject();
    writeFileSync(join(project.dir, 'ticker.json'), document);
    const [, args = ''] = /^npx posted generate (.*)\n$/.exec(command) ?? [];
    expect(await project.generate(...args.split(' '))).toMatchObject({ code: 0 });
    const listen = 'server.listen(8081);';
    expect(example).toContain(listen);
    const onFreePort = "server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));";
    writeFileSync(join(project.dir, 'example.ts'), example.replace(listen, onFreePort));
    expect(await project.typeCheck('example.ts', 'ticker')).toEqual({ code: 0, output: '' });

    const server = spawn(process.execPath, ['example.ts'], {
      cwd: project.dir,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    onTestFinished(() => stopGroup(server));
    const { port } = JSON.parse(await readUntil(server, '}'));
    const client = await connectClient(`ws://127.0.0.1:${port}/prices/ACME`, bearer('ada'));
    expect(await client.take(1)).toEqual(['{"cents":1250}']);
  });

  it('begins a project as the package does', () => {
    const [commands = ''] = blocksOf('Your own document', 'sh');
    // test/scripts/package.test.ts runs them, with the file that `npm pack` makes.
    expect(commands.replaceAll(/ +#.*/g, '')).toBe(
      'npm i posted\nnpx posted init . asyncapi.yaml\nnpm install\nnpm start\n',
    );
  });

  it('lists every setting', () => {
    const [, table] = /<!-- settings -->\n\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme) ?? [];
    expect(table).toBe(renderSettingsTable());
  });
});
