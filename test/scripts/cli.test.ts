import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posted, readFolder, rooms, tempFolder } from './generator.ts';

const folder = tempFolder();

describe('posted --help', () => {
  it('lists the commands, the global options and the exit codes', async () => {
    const { code, stdout, stderr } = await posted('--help');
    for (const word of [
      'init [dir]',
      'dev [document]',
      'generate [document]',
      'validate <document>',
      '--version',
      'Exit codes',
    ]) {
      expect(stdout).toContain(word);
    }
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each([
    [
      'generate',
      ['--out', '--openapi', '--targets', '--import-extension', '--allow-remote', '--allow-outside'],
    ],
    ['generate', ['--strict', '--check', '--watch', '--help']],
    ['validate', ['--allow-remote', '--allow-outside', '--strict', '--help']],
    ['init', ['--example', '--allow-remote', '--allow-outside', '--strict', '--help']],
    ['dev', ['--out', '--start', '--allow-remote', '--allow-outside', '--strict', '--help']],
  ])('describes the command %s with the options %j and examples', async (command, options) => {
    const { code, stdout } = await posted(command, '--help');
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  ${option}\\b`, 'm'));
    expect(stdout).toMatch(/^Examples\n {2}posted /m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect(code).toBe(0);
  });

  it('takes precedence over invalid options', async () => {
    expect(await posted('generate', '--nonsense', '-h')).toMatchObject({ code: 0 });
  });
});

describe('posted --version', () => {
  it('prints the version of the package', async () => {
    expect(await posted('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('an invalid command line', () => {
  it.each([
    { args: [], message: 'Missing command.' },
    { args: ['genrate'], message: 'Unknown command "genrate". Did you mean generate?' },
    { args: ['zzz'], message: 'Unknown command "zzz".' },
    { args: ['--verison'], message: 'Unknown option "--verison". Did you mean --version?' },
    { args: ['generate'], message: 'Missing document.' },
    { args: ['generate', 'a', 'b'], message: 'Too many arguments: generate takes one document.' },
    { args: ['generate', 'a', '--ot', 'x'], message: 'Unknown option "--ot". Did you mean --out?' },
    { args: ['generate', 'a', '--__proto__'], message: 'Unknown option "--__proto__".' },
    { args: ['generate', 'a', '--out'], message: '--out requires a value: --out DIR.' },
    { args: ['generate', 'a', '--out='], message: '--out requires a value: --out DIR.' },
    { args: ['generate', 'a', '--out', '--check'], message: '--out requires a value: --out DIR.' },
    { args: ['generate', 'a', '--check=1'], message: '--check takes no value.' },
    { args: ['generate', 'a', '--out', 'b', '--out', 'c'], message: '--out is specified more than once.' },
    {
      args: ['generate', 'a', '--targets', 'servr'],
      message: '--targets has the invalid value "servr". Did you mean server?',
    },
    {
      args: ['generate', 'a', '--import-extension', 'mjs'],
      message: '--import-extension has the invalid value "mjs".',
    },
    {
      args: ['generate', 'openapi.yaml', '--openapi', 'openapi.yaml'],
      message: '--openapi requires an AsyncAPI document before it.',
    },
    { args: ['generate', 'a', '--check', '--watch'], message: '--check and --watch exclude each other.' },
    { args: ['validate'], message: 'Missing AsyncAPI document.' },
    {
      args: ['init', 'a', 'b.yaml', '--example', 'auction'],
      message: '--example and a document exclude each other.',
    },
    { args: ['init', 'a', '--example', 'acution'], message: 'Did you mean auction?' },
    { args: ['dev', 'a', 'b'], message: 'Too many arguments: dev takes one document.' },
    { args: ['dev', 'asyncapi.json'], message: 'src/start.ts does not exist' },
    { args: ['init', 'a', 'b', 'c'], message: 'Too many arguments: init takes a folder and a document.' },
  ])('$args is rejected with: $message', async ({ args, message }) => {
    const { code, stdout, stderr } = await posted(...args);
    expect(stderr).toMatch(/^posted: /);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/ See posted --help\.\n$/);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe("posted with Yarn Plug'n'Play", () => {
  it('names the setting that lets it run', () => {
    const pnp = "Object.defineProperty(process.versions, 'pnp', { value: '3' })";
    const preload = `--import=data:text/javascript,${encodeURIComponent(pnp)}`;
    const args = [preload, 'scripts/posted/posted.ts', '--version'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('YARN_NODE_LINKER=node-modules')]);
  });
});

describe('posted on an unsupported version of Node', () => {
  it('names the required version and exits with 2', async () => {
    const old =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })";
    const preload = `--import=data:text/javascript,${encodeURIComponent(old)}`;
    const args = [preload, 'scripts/posted/posted.ts', '--help'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toContain('posted requires Node.js 24 or later');
    expect([status, stdout]).toEqual([2, '']);
  });

  it('parses: the entry point has no recent syntax and no static import', () => {
    const source = readFileSync('scripts/posted/posted.ts', 'utf8');
    expect(source).not.toMatch(/^(import|export)\b|await|\?\.|\?\?/m);
  });
});

describe('posted validate', () => {
  it('prints the channels and messages of a valid document and writes nothing', async () => {
    const copy = join(folder, 'alone');
    const { code, stdout, stderr } = await posted('validate', rooms);
    expect([code, stderr, existsSync(copy)]).toEqual([0, '', false]);
    expect(stdout).toMatch(/^test\/fixtures\/rooms\.asyncapi\.json: Rooms 1\.0\.0$/m);
    expect(stdout).toMatch(/^ {4}receive {2}speak: say, leave$/m);
  });

  it('reports the problems of one document and continues with the next', async () => {
    const missing = join(folder, 'missing.yaml');
    const { code, stdout, stderr } = await posted('validate', missing, rooms);
    expect(stderr).toContain(`${missing}:1:1  /  `);
    expect(stdout).toContain('Rooms 1.0.0');
    expect(code).toBe(1);
  });
});

describe('the output of a command', () => {
  it('shows one of many problems of a kind, and counts the rest', async () => {
    const document = join(folder, 'broken.yaml');
    const schemas = lines(150, (name) => `    ${name}: { $ref: '#/components/schemas/not${name}' }`);
    writeFileSync(document, `${documentWithoutExamples}${schemas}`);
    const { code, stderr } = await posted('validate', document);
    expect(stderr).toMatch(/^[^\n]* has no target; [^\n]* \(and 149 more like it: lines [\d, ]+…\)\n$/);
    expect(code).toBe(1);
  });

  it('contains at most 20 warnings per step and counts the rest', async () => {
    const document = join(folder, 'careless.yaml');
    writeFileSync(
      document,
      `asyncapi: 3.0.0
info: { title: Careless, version: 1.0.0 }
channels:
${lines(15, (name) => `  ${name}: { address: /${name}, messages: { m: { payload: { type: integer, title: ${name} } } } }`)}
operations:
${lines(15, (name) => `  ${name}: { action: send, channel: { $ref: '#/channels/${name}' } }`)}
`,
    );
    const { code, stderr } = await posted('generate', document, '--out', join(folder, 'careless'));
    const warnings = stderr.trimEnd().split('\n');
    expect(warnings.at(-1)).toBe('warning: 10 more; run posted validate to see all of them');
    expect([code, warnings.length]).toEqual([0, 21]);
  });
});

/** The exit code and the notes of a run with --strict. */
async function strictNotes(document: string) {
  const { code, stdout } = await posted('generate', document, '--out', join(folder, 'noted'), '--strict');
  return [code, stdout.match(/^note: .*$/gm)];
}

describe('posted generate', () => {
  it('imports the installed runtime, and its own files with the extension of --import-extension', async () => {
    const out = join(folder, 'js');
    expect(await posted('generate', rooms, '--out', out, '--import-extension', 'js')).toMatchObject({
      code: 0,
    });
    const specifiers = Object.values(readFolder(out)).flatMap((text) =>
      [...text.matchAll(/^import .* from '([^']+)';$/gm)].map(([, specifier]) => specifier),
    );
    expect(specifiers).toContain('posted/server');
    expect(specifiers).toContain('posted/client');
    expect(specifiers.filter((specifier) => !/^(posted\/\w+|\.\/[\w-]+\.js)$/.test(specifier ?? ''))).toEqual(
      [],
    );
  });

  it('lists closed messages to clients in a note, which --strict ignores', async () => {
    const advice = "other generators' clients may reject fields that you add later.";
    expect(await strictNotes('asyncapi.json')).toEqual([
      0,
      [`note: post, postUpdated, postDeleted and 4 more are closed (additionalProperties: false): ${advice}`],
    ]);
    expect(await strictNotes('test/corpus/documents/one-address.yaml')).toEqual([0, null]);
  });

  it('notes a channel with a bearer scheme whose clients cannot send `auth`, and why', async () => {
    const [code, notes] = await strictNotes('test/corpus/documents/operation-security.yaml');
    expect(code).toBe(0);
    expect(notes).toContain(
      'note: clients of channel board cannot renew their credentials with `auth`: an operation has a scheme of another kind, whose credentials a token cannot renew. They connect again when their credentials expire; `x-auth: false` in the channel accepts that.',
    );
  });

  it('notes a channel with durable messages that cannot be read as server-sent events, and why', async () => {
    const [code, notes] = await strictNotes('templates/project/auction-durable/asyncapi.yaml');
    expect(code).toBe(0);
    expect(notes).toContain(
      'note: channel auction cannot be read as server-sent events: clients send placeBid. It is WebSocket only.',
    );
  });

  it('writes only the files of --targets, and guards for clients only with the target client', async () => {
    const out = join(folder, 'server');
    expect(await posted('generate', rooms, '--out', out, '--targets', 'server')).toMatchObject({ code: 0 });
    const files = readFolder(out);
    expect(Object.keys(files)).toContain('asyncapi/handlers.ts');
    expect(Object.keys(files)).not.toContain('asyncapi/client.ts');
    expect(Object.keys(files)).not.toContain('asyncapi/client-validators.ts');
    expect(files['asyncapi/validators.ts']).not.toContain('isReceived');
  });

  it('writes all targets and replaces its own output', async () => {
    const args = ['generate', rooms, '--out', join(folder, 'all'), '--targets', 'server,client,python,docs'];
    expect(await posted(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await posted(...args)).toMatchObject({ code: 0, stderr: '' });
    const tops = Object.keys(readFolder(join(folder, 'all'))).map((path) => path.replace(/\/.*/, ''));
    expect([...new Set(tops)].toSorted()).toEqual(['.prettierrc.yaml', 'asyncapi', 'docs', 'python']);
  });

  it('fails on warnings with --strict', async () => {
    const document = join(folder, 'warns.yaml');
    writeFileSync(document, documentWithoutExamples);
    const out = join(folder, 'strict');
    const relaxed = await posted('validate', document);
    expect(relaxed).toMatchObject({ code: 0, stderr: expect.stringContaining('warning: ') });
    const strict = await posted('generate', document, '--out', out, '--strict');
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    expect(`warning: ${strict.stderr}`).toContain(relaxed.stderr.split('\n')[0]);
    expect(existsSync(out)).toBe(false);
  });
});

const documentWithoutExamples = `asyncapi: 3.0.0
info: { title: Ticks, version: 1.0.0 }
channels:
  ticks:
    address: /ticks
    messages:
      tick: { payload: { $ref: '#/components/schemas/Tick' } }
operations:
  sendTick: { action: send, channel: { $ref: '#/channels/ticks' } }
components:
  schemas:
    Tick: { type: integer }
`;

function lines(count: number, line: (name: string) => string): string {
  return Array.from({ length: count }, (_, index) => line(`x${index}`)).join('\n');
}
