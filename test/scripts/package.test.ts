import { appendFileSync, cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireService } from '../support/services.ts';
import { readFolder, tempFolder } from './generator.ts';
import { createApp, interrupt, node, npm, printed, start } from './installed-package.ts';

const folder = tempFolder();
const app = join(folder, 'app');

// Once for all cases, and before them: what cannot be installed is the reason to skip them.
const missing = requireService('the npm registry', await createApp(folder, app));

describe.skipIf(missing !== null)(`the package in an empty project ${missing ?? ''}`, () => {
  const installed = join(app, 'node_modules/posted');

  it('holds compiled code, its declarations and the templates, and nothing else', () => {
    const paths = Object.keys(readFolder(installed));
    const others = paths.filter(
      (path) => !/^dist\/((src|scripts)\/.*\.(js|d\.ts)|templates\/.*)$/.test(path),
    );
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(statSync(join(installed, 'dist/scripts/posted.js')).mode & 0o111).toBe(0o111);
  });

  it('has begun a project that type-checks and passes its tests', async () => {
    const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
    expect(manifest.dependencies.posted).toMatch(/^file:.*posted-.*\.tgz$/);
    expect(await npm(app, 'run', '--silent', 'types')).toEqual({ code: 0, output: '' });
    expect(await npm(app, 'test')).toMatchObject({ code: 0, output: expect.stringMatching(/\b4 passed/) });
  });

  it('serves a client, with no more than the dependencies that it lists', async () => {
    const bare = join(folder, 'bare');
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const parts = ['posted', ...Object.keys(dependencies)].map((name) => join('node_modules', name));
    for (const part of ['.env', 'generated', 'package.json', 'src', ...parts]) {
      cpSync(join(app, part), join(bare, part), { recursive: true });
    }
    const server = start(bare, ['--env-file=.env', 'src/server.ts'], { PORT: '0' });
    const [, url = ''] = /Listening on (ws:\S+)\. /.exec(await printed(server, 'npm run client')) ?? [];
    const client = start(bare, ['--env-file=.env', 'src/client.ts', url]);
    expect(await printed(client, 'Good morning')).toContain('room is open');
    expect([await interrupt(client), await interrupt(server)]).toEqual([0, 0]);

    const entries = "await import('posted/contract'); await import('posted/rest');";
    expect(await node(bare, '--input-type=module', '--eval', entries)).toEqual({ code: 0, output: '' });

    const generate = await node(
      bare,
      join('node_modules/posted/dist/scripts/posted.js'),
      'validate',
      'x.yaml',
    );
    expect(generate.output).toMatch(/is not installed\..*\nRun `npm install --include=optional`\.\n$/);
    expect(generate.code).toBe(1);
  });

  it('declares types for every entry point', async () => {
    const entries = ['contract', 'server', 'client', 'rest', 'generator'];
    const source = entries.map((entry) => `export type * as ${entry} from 'posted/${entry}';\n`).join('');
    writeFileSync(join(app, 'src/entries.ts'), source);
    expect(await npm(app, 'run', '--silent', 'types')).toEqual({ code: 0, output: '' });
  });

  it('tells drift from what was generated, and leaves hand-written code alone', async () => {
    const handlers = join(app, 'src/handlers/room.ts');
    appendFileSync(handlers, '// mine\n');
    const mine = readFileSync(handlers, 'utf8');
    expect(await npm(app, 'run', 'generate:check')).toMatchObject({ code: 0 });
    const document = join(app, 'asyncapi.yaml');
    writeFileSync(document, readFileSync(document, 'utf8').replace('title: Chat', 'title: Chatter'));
    const drift = await npm(app, 'run', 'generate:check');
    expect(drift).toMatchObject({
      code: 1,
      output: expect.stringContaining('changed     asyncapi/models.ts'),
    });
    expect(await npm(app, 'run', 'generate')).toMatchObject({ code: 0 });
    expect(await npm(app, 'run', 'generate:check')).toMatchObject({ code: 0 });
    expect(readFileSync(handlers, 'utf8')).toBe(mine);
  });

  it('generates every target', async () => {
    const args = ['generate', 'asyncapi.yaml', '--out', 'all', '--targets', 'server,client,python,docs'];
    expect(await npm(app, 'exec', '--', 'posted', ...args)).toMatchObject({ code: 0 });
    const folders = Object.keys(readFolder(join(app, 'all'))).map((path) => path.replace(/\/.*/, ''));
    expect([...new Set(folders)].toSorted()).toEqual(['asyncapi', 'docs', 'python']);
  });

  it.each(['test/fixtures/rooms.asyncapi.json', 'asyncapi.json'])(
    'begins a project for %s that type-checks and passes its tests',
    async (path) => {
      const project = path.replaceAll(/\W/g, '-');
      const init = await npm(app, 'exec', '--', 'posted', 'init', project, join(process.cwd(), path));
      expect(init).toMatchObject({ code: 0 });
      const bin = join(app, 'node_modules');
      expect(await node(join(app, project), join(bin, 'typescript/bin/tsc'))).toEqual({
        code: 0,
        output: '',
      });
      expect(await node(join(app, project), join(bin, 'vitest/vitest.mjs'), 'run')).toMatchObject({
        code: 0,
      });
    },
  );
});
