import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { posted, readFolder, rooms, tempFolder } from './generator.ts';

const folder = tempFolder();

describe('posted --help', () => {
  it('names every command, option of its own and exit code', async () => {
    const { code, stdout, stderr } = await posted('--help');
    for (const word of [
      'init <dir>',
      'generate <document>',
      'validate <document>',
      '--version',
      'Exit codes',
    ]) {
      expect(stdout).toContain(word);
    }
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each([
    ['generate', ['--out', '--openapi', '--targets', '--import-extension', '--allow-remote']],
    ['generate', ['--strict', '--check', '--watch', '--help']],
    ['validate', ['--allow-remote', '--strict', '--help']],
    ['init', ['--allow-remote', '--strict', '--help']],
  ])('explains %s with its options %j, and shows examples', async (command, options) => {
    const { code, stdout } = await posted(command, '--help');
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  ${option}\\b`, 'm'));
    expect(stdout).toMatch(/^Examples\n {2}posted /m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect(code).toBe(0);
  });

  it('wins over whatever else is asked for', async () => {
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

describe('a command line', () => {
  it.each([
    { args: [], says: 'A command is missing.' },
    { args: ['genrate'], says: 'There is no command "genrate". Did you mean generate?' },
    { args: ['zzz'], says: 'There is no command "zzz".' },
    { args: ['--verison'], says: 'There is no option "--verison". Did you mean --version?' },
    { args: ['generate'], says: 'The AsyncAPI document is missing.' },
    { args: ['generate', 'a', 'b'], says: 'There is more than one document' },
    { args: ['generate', 'a', '--ot', 'x'], says: 'There is no option "--ot". Did you mean --out?' },
    { args: ['generate', 'a', '--__proto__'], says: 'There is no option "--__proto__".' },
    { args: ['generate', 'a', '--out'], says: '--out needs a value: --out DIR.' },
    { args: ['generate', 'a', '--out='], says: '--out needs a value: --out DIR.' },
    { args: ['generate', 'a', '--out', '--check'], says: '--out needs a value: --out DIR.' },
    { args: ['generate', 'a', '--check=1'], says: '--check takes no value.' },
    { args: ['generate', 'a', '--out', 'b', '--out', 'c'], says: '--out is given twice.' },
    {
      args: ['generate', 'a', '--targets', 'servr'],
      says: '--targets cannot be "servr". Did you mean server?',
    },
    { args: ['generate', 'a', '--import-extension', 'mjs'], says: '--import-extension cannot be "mjs".' },
    { args: ['generate', 'a', '--check', '--watch'], says: '--check looks once, and --watch goes on' },
    { args: ['validate'], says: 'The AsyncAPI document is missing.' },
    { args: ['init'], says: 'The folder of the project is missing' },
    { args: ['init', 'a', 'b', 'c'], says: 'There is more than a folder and a document.' },
  ])('that is wrong ($args) is refused with what to do', async ({ args, says }) => {
    const { code, stdout, stderr } = await posted(...args);
    expect(stderr).toContain(`posted: ${says}`);
    expect(stderr).toMatch(/ See --help\.\n$/);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('an old Node', () => {
  it('is named at once, with the version that is needed', async () => {
    const old =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })";
    const preload = `--import=data:text/javascript,${encodeURIComponent(old)}`;
    const args = [preload, 'scripts/posted/posted.ts', '--help'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toContain('posted needs Node.js 24 or later');
    expect([status, stdout]).toEqual([2, '']);
  });

  it('can read the command, which imports nothing before the version is known', () => {
    const source = readFileSync('scripts/posted/posted.ts', 'utf8');
    expect(source).not.toMatch(/^(import|export)\b|await|\?\.|\?\?/m);
  });
});

describe('posted validate', () => {
  it('prints what a contract says, and writes nothing', async () => {
    const copy = join(folder, 'alone');
    const { code, stdout, stderr } = await posted('validate', rooms);
    expect([code, stderr, existsSync(copy)]).toEqual([0, '', false]);
    expect(stdout).toMatch(/^test\/fixtures\/rooms\.asyncapi\.json: Rooms 1\.0\.0$/m);
    expect(stdout).toMatch(/^ {4}receive {2}speak: say, leave$/m);
  });

  it('names the problems of each document, and looks at all of them', async () => {
    const missing = join(folder, 'missing.yaml');
    const { code, stdout, stderr } = await posted('validate', missing, rooms);
    expect(stderr).toContain(`${missing}:1:1  /  `);
    expect(stdout).toContain('Rooms 1.0.0');
    expect(code).toBe(1);
  });
});

describe('what is wrong with a document', () => {
  it('is named up to a number that can be read, and counted beyond', async () => {
    const document = join(folder, 'broken.yaml');
    const schemas = lines(150, (name) => `    ${name}: { $ref: '#/components/schemas/not${name}' }`);
    writeFileSync(document, `${documentWithoutExamples}${schemas}`);
    const { code, stderr } = await posted('validate', document);
    expect(stderr.match(/ refers to nothing; /g)).toHaveLength(100);
    expect(stderr).toMatch(/\nand 50 more\n$/);
    expect(code).toBe(1);
  });

  it('and yet allowed does not bury the progress of generating', async () => {
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
    expect(warnings.at(-1)).toBe('warning: and 10 more: posted validate prints all');
    expect([code, warnings.length]).toEqual([0, 21]);
  });
});

/** The exit code and the notes of a strict run. */
async function strictNotes(document: string) {
  const { code, stdout } = await posted('generate', document, '--out', join(folder, 'noted'), '--strict');
  return [code, stdout.match(/^note: .*$/gm)];
}

describe('posted generate', () => {
  it('imports the installed runtime by default, with the extension that is asked for', async () => {
    const out = join(folder, 'js');
    expect(await posted('generate', rooms, '--out', out, '--import-extension', 'js')).toMatchObject({
      code: 0,
    });
    const specifiers = Object.values(readFolder(out)).flatMap((text) =>
      [...text.matchAll(/^import .* from '([^']+)';$/gm)].map(([, specifier]) => specifier),
    );
    expect(specifiers).toContain('posted/server');
    expect(specifiers).toContain('posted/client');
    expect(specifiers.filter((specifier) => !/^(posted\/\w+|\.\/\w+\.js)$/.test(specifier ?? ''))).toEqual(
      [],
    );
  });

  it('notes in one line which messages to clients are closed, and does not fail a strict run for it', async () => {
    const advice = 'clients of other generators may reject a field that you add later.';
    expect(await strictNotes('asyncapi.json')).toEqual([
      0,
      [`note: post, ready, checkpoint and 2 more are closed (additionalProperties: false): ${advice}`],
    ]);
    expect(await strictNotes('test/corpus/documents/one-address.yaml')).toEqual([0, null]);
  });

  it('writes the targets that are asked for, without the guards of clients where there are none', async () => {
    const out = join(folder, 'server');
    expect(await posted('generate', rooms, '--out', out, '--targets', 'server')).toMatchObject({ code: 0 });
    const files = readFolder(out);
    expect(Object.keys(files)).toContain('asyncapi/handlers.ts');
    expect(Object.keys(files)).not.toContain('asyncapi/client.ts');
    expect(files['asyncapi/validators.ts']).not.toContain('isReceived');
  });

  it('takes every target at once, and knows its own files again', async () => {
    const args = ['generate', rooms, '--out', join(folder, 'all'), '--targets', 'server,client,python,docs'];
    expect(await posted(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await posted(...args)).toMatchObject({ code: 0, stderr: '' });
    const tops = Object.keys(readFolder(join(folder, 'all'))).map((path) => path.replace(/\/.*/, ''));
    expect([...new Set(tops)].toSorted()).toEqual(['.prettierrc.yaml', 'asyncapi', 'docs', 'python']);
  });

  it('takes warnings for problems where that is asked for', async () => {
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
