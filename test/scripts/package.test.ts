import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireService } from '../support/services.ts';
import { readFolder, rooms, tempFolder } from './generator.ts';
import {
  createApp,
  interrupt,
  node,
  npm,
  packPackages,
  printed,
  start,
  tryInstall,
} from './installed-package.ts';

const folder = tempFolder();
const app = join(folder, 'app');

const project = join(folder, 'project');
const packed = await packPackages(folder);
mkdirSync(project);
// A project that says nothing of its own module type is CommonJS.
writeFileSync(join(project, 'package.json'), '{ "name": "project" }');

// Before all tests, because they are skipped if the installation fails.
const missing = requireService(
  'the npm registry',
  (await tryInstall(project, packed.posted)) && (await createApp(packed, app)),
);

/** Every entry point that needs no optional peer. */
const peerless = ['contract', 'server', 'client', 'rest', 'rest-client', 'log', 'node', 'testing'].map(
  (name) => `posted/${name}`,
);

describe.skipIf(missing !== null)(`the packages in an empty project ${missing ?? ''}`, () => {
  const installed = join(app, 'node_modules/posted');
  const cli = join(app, 'node_modules/@posted/cli');
  const about = ['LICENSE', 'README.md', 'package.json'];

  it('contain only compiled code, declarations, templates and the parts of x-delivery', () => {
    const paths = Object.keys(readFolder(installed));
    expect(paths.filter((path) => !/\.(js|d\.ts)$/.test(path)).toSorted()).toEqual(about);
    const cliPaths = Object.keys(readFolder(cli));
    const others = cliPaths.filter(
      (path) =>
        !/^(scripts\/posted\/(.*\.(js|d\.ts)|asyncapi\/delivery\/.*\.json)|templates\/.*)$/.test(path),
    );
    expect(others.toSorted()).toEqual(about);
    expect(statSync(join(cli, 'scripts/posted/posted.js')).mode & 0o111).toBe(0o111);
  });

  it('create a project that type-checks and passes its tests', async () => {
    const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
    expect(manifest.dependencies.posted).toMatch(/^file:.*posted-.*\.tgz$/);
    expect(await npm(app, 'run', '--silent', 'types')).toEqual({ code: 0, output: '' });
    expect(await npm(app, 'test')).toMatchObject({ code: 0, output: expect.stringMatching(/\b6 passed/) });
  });

  it('serve a client with only the listed dependencies installed', async () => {
    const bare = join(folder, 'bare');
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const parts = ['posted', ...Object.keys(dependencies)].map((name) => join('node_modules', name));
    for (const part of ['.env', 'generated', 'package.json', 'settings.json', 'src', ...parts]) {
      cpSync(join(app, part), join(bare, part), { recursive: true });
    }
    const server = start(bare, ['--env-file=.env', 'src/start.ts'], { PORT: '0' });
    const [, port = ''] = /http:\S+:(\d+)\. /.exec(await printed(server, 'The page is at')) ?? [];
    const client = start(bare, ['--env-file=.env', 'src/client.ts', 'ann'], { PORT: port });
    expect(await printed(client, 'Type an amount')).toContain('nobody has bid yet');
    expect([await interrupt(client), await interrupt(server)]).toEqual([0, 0]);

    const entries = "await import('posted/contract'); await import('posted/rest');";
    expect(await node(bare, '--input-type=module', '--eval', entries)).toEqual({ code: 0, output: '' });
  });

  it('declare types for every entry point', async () => {
    const runtimes = ['contract', 'server', 'client', 'rest', 'node'];
    writeFileSync(join(app, 'src/entries.ts'), reexports(...runtimes));
    const types = ['run', '--silent', 'types', '--'];
    // Projects may check declarations, which must not refer to missing ones such as those of ws.
    expect(await npm(app, ...types, '--skipLibCheck', 'false')).toEqual({ code: 0, output: '' });
    writeFileSync(join(app, 'src/entries.ts'), "export type * as generator from '@posted/cli';\n");
    expect(await npm(app, ...types)).toEqual({ code: 0, output: '' });
  });

  it('detect drift and leave hand-written code alone', async () => {
    const handlers = join(app, 'src/handlers.ts');
    appendFileSync(handlers, '// mine\n');
    const mine = readFileSync(handlers, 'utf8');
    expect(await npm(app, 'run', 'generate:check')).toMatchObject({ code: 0 });
    const document = join(app, 'asyncapi.yaml');
    writeFileSync(document, readFileSync(document, 'utf8').replace('title: Auction', 'title: Auctions'));
    const drift = await npm(app, 'run', 'generate:check');
    expect(drift).toMatchObject({
      code: 1,
      output: expect.stringContaining('changed     asyncapi/models.ts'),
    });
    expect(await npm(app, 'run', 'generate')).toMatchObject({ code: 0 });
    expect(await npm(app, 'run', 'generate:check')).toMatchObject({ code: 0 });
    expect(readFileSync(handlers, 'utf8')).toBe(mine);
  });

  it('generate every target', async () => {
    const args = ['generate', 'asyncapi.yaml', '--out', 'all', '--targets', 'server,client,python,docs'];
    expect(await npm(app, 'exec', '--', 'posted', ...args)).toMatchObject({ code: 0 });
    const entries = Object.keys(readFolder(join(app, 'all'))).map((path) => path.replace(/\/.*/, ''));
    expect([...new Set(entries)].toSorted()).toEqual(['.prettierrc.yaml', 'asyncapi', 'docs', 'python']);
  });

  it('create a project that type-checks and passes its tests for every document of the corpus', async () => {
    const projects = join(folder, 'projects');
    mkdirSync(projects);
    symlinkSync(join(app, 'node_modules'), join(projects, 'node_modules'));
    writeFileSync(join(projects, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(projects, 'awkward.yaml'), awkward);
    const corpus = join(process.cwd(), 'test/corpus/documents');
    const documents = [
      ...readdirSync(corpus).filter((name) => /\.(json|yaml)$/.test(name)),
      join(process.cwd(), rooms),
      join(process.cwd(), 'asyncapi.json'),
      join(projects, 'awkward.yaml'),
    ].map((path) => resolve(corpus, path));
    // In one process, because loading the parsers takes most of the time.
    const init = `
      const { main } = await import('./node_modules/@posted/cli/scripts/posted/cli/main.js');
      for (const [index, document] of ${JSON.stringify(documents)}.entries()) {
        await main(['init', \`p\${index}\`, document]);
        if (process.exitCode !== 0) break;
      }`;
    expect(await node(projects, '--input-type=module', '--eval', init)).toMatchObject({ code: 0 });

    const all = { extends: './p0/tsconfig.json', include: ['*/generated', '*/src', '*/test'] };
    writeFileSync(join(projects, 'tsconfig.json'), JSON.stringify(all));
    expect(await node(projects, 'node_modules/typescript/bin/tsc')).toEqual({ code: 0, output: '' });
    const tests = await node(projects, 'node_modules/vitest/vitest.mjs', 'run', '--no-isolate');
    expect(tests.output).toContain(`Test Files  ${documents.length} passed`);
  }, 180_000);
});

describe.skipIf(missing !== null)(`the package posted alone in an empty project ${missing ?? ''}`, () => {
  it('brings fewer than 12 packages and 15 MB', () => {
    const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'));
    expect(Object.keys(lock.packages).length).toBeLessThan(12);
    const paths = Object.keys(readFolder(project));
    const bytes = paths.reduce((sum, path) => sum + statSync(join(project, path)).size, 0);
    expect(bytes).toBeLessThan(15_000_000);
  });

  it.each(peerless)('provides %s to import and to require', async (entry) => {
    const imports = `if (Object.keys(await import('${entry}')).length < ${entry === 'posted/contract' ? 0 : 1}) throw 0`;
    expect(await node(project, '--input-type=module', '--eval', imports)).toEqual({ code: 0, output: '' });
    const required = `require('${entry}')`;
    expect(await node(project, '--input-type=commonjs', '--eval', required)).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['metrics', 'prom-client'],
    ['pino', 'pino'],
  ])('needs the peer of posted/%s only there', async (entry, peer) => {
    const { code, output } = await node(project, '--input-type=module', '--eval', `import 'posted/${entry}'`);
    expect(code).toBe(1);
    expect(output).toContain(`Cannot find package '${peer}'`);
  });
});

describe.each(['posted', 'cli', 'create-posted'] as const)('the packed package %s', (name) => {
  it('passes publint', async () => {
    expect(await npm(process.cwd(), 'exec', '--', 'publint', '--strict', packed[name])).toMatchObject({
      code: 0,
      output: expect.stringContaining('All good!'),
    });
  });

  it('can be published', async () => {
    const publish = ['publish', '--dry-run', join(packed.dist, name)];
    expect(await npm(folder, ...publish)).toMatchObject({ code: 0 });
  });
});

// create-posted has a command and nothing to import.
describe.each(['posted', 'cli'] as const)('the packed package %s', (name) => {
  it('has types that resolve for ES modules and bundlers', async () => {
    const attw = ['exec', '--', 'attw', '--profile', 'esm-only', packed[name]];
    expect(await npm(process.cwd(), ...attw)).toMatchObject({ code: 0 });
  });
});

function reexports(...names: readonly string[]): string {
  return names.map((name) => `export type * as ${name} from 'posted/${name}';\n`).join('');
}

/** Invalid examples, examples with undeclared properties, and channels with the names that a client uses itself. */
const awkward = `asyncapi: 3.0.0
info: { title: Awkward, version: 1.0.0 }
channels:
  url: &channel
    address: /url
    messages:
      wrong: { $ref: '#/components/messages/wrong' }
      more: { $ref: '#/components/messages/more' }
  status: { <<: *channel, address: /status }
  connect: { <<: *channel, address: /connect }
  print: { <<: *channel, address: /print }
operations:
  receiveUrl: { action: receive, channel: { $ref: '#/channels/url' } }
  receiveStatus: { action: receive, channel: { $ref: '#/channels/status' } }
  sendConnect: { action: send, channel: { $ref: '#/channels/connect' } }
  sendPrint: { action: send, channel: { $ref: '#/channels/print' } }
components:
  messages:
    wrong:
      headers: { $ref: '#/components/schemas/Headers' }
      payload:
        type: object
        properties: { is: { const: wrong }, names: { type: array, items: { type: string } } }
      examples: [{ headers: {}, payload: { names: none } }]
    more:
      headers: { $ref: '#/components/schemas/Headers' }
      payload:
        allOf: [{ $ref: '#/components/schemas/Part' }, { type: object, properties: { n: { type: integer } } }]
      examples: [{ headers: { trace: t, of: x }, payload: { is: more, n: 1, beside: 2 } }]
  schemas:
    Headers: { type: object, properties: { trace: { type: string } } }
    Part: { type: object, required: [is], properties: { is: { const: more } } }
`;
