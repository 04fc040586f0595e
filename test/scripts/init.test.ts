import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { posted, postedIn, type Run, readFolder, rooms, tempFolder, typeCheck } from './generator.ts';

const folder = tempFolder();

function manifestOf(project: string) {
  return JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
}

describe('posted init', () => {
  const project = join(folder, 'My Rooms');
  let run: Run;

  beforeAll(async () => {
    run = await posted('init', project, rooms);
  });

  it('writes a project with the document, its generated code and a handler file per channel', () => {
    const files = readFolder(project);
    expect(
      Object.keys(files)
        .filter((path) => !path.startsWith('generated/'))
        .toSorted(),
    ).toEqual([
      '.env',
      '.gitignore',
      'README.md',
      'package.json',
      'rooms.asyncapi.json',
      'settings.json',
      'src/app.ts',
      'src/client.ts',
      'src/handlers/board.ts',
      'src/handlers/room-talk.ts',
      'src/start.ts',
      'src/users.ts',
      'test/contract.test.ts',
      'tsconfig.json',
    ]);
    expect(files['rooms.asyncapi.json']).toBe(readFileSync(rooms, 'utf8'));
    expect(Object.keys(files)).toContain('generated/asyncapi/client.ts');
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  it('names the package after its folder and depends on the packages that are running', () => {
    const { name, type, scripts, dependencies, devDependencies, allowScripts } = manifestOf(project);
    const own = JSON.parse(readFileSync('scripts/posted/package.json', 'utf8'));
    expect([name, type]).toEqual(['my-rooms', 'module']);
    expect(scripts.generate).toBe('posted generate rooms.asyncapi.json --out generated');
    const { '@posted/cli': cli, ...tools } = devDependencies;
    const folderOf = (spec: string) => join(project, spec.replace(/^file:/, ''));
    expect(folderOf(dependencies.posted)).toBe(join(process.cwd(), 'src/runtime'));
    expect(folderOf(cli)).toBe(join(process.cwd(), 'scripts/posted'));
    expect(Object.keys(tools)).toEqual(['@types/node', 'typescript', 'vitest']);
    expect(own.devDependencies).toMatchObject(tools);
    // npm would warn about their install scripts.
    expect(allowScripts).toEqual(own.allowScripts);
  });

  it('prints the next steps', () => {
    expect(run.stdout).toMatch(/\nNext steps:\n {2}cd ".*My Rooms"\n {2}npm install\n {2}npm run dev\n/);
  });

  it('writes secrets only to .env, which git ignores', () => {
    const { '.env': env = '', ...others } = readFolder(project);
    const secret = /^BEARER_AUTH_SECRET=(\S{20,})\n$/.exec(env)?.[1] ?? '';
    expect(secret).not.toBe('');
    expect(Object.values(others).filter((text) => text.includes(secret))).toEqual([]);
    expect(others['.gitignore']?.split('\n')).toContain('.env');
  });

  it('overwrites only generated code when it runs again, and lists the files that it keeps', async () => {
    const handlers = join(project, 'src/handlers/board.ts');
    writeFileSync(handlers, '// mine\n');
    const { '.env': _env, ...before } = readFolder(project);
    const again = await posted('init', project, rooms);
    const { '.env': _again, ...after } = readFolder(project);
    expect(after).toEqual(before);
    expect(again.stdout).toContain('kept existing file: src/handlers/board.ts\n');
    expect(again.code).toBe(0);
  });

  it('creates handlers that posted generate does not touch', async () => {
    const path = join(project, 'src/handlers/room-talk.ts');
    writeFileSync(path, '// mine too\n');
    const [document, out] = [join(project, 'rooms.asyncapi.json'), join(project, 'generated')];
    writeFileSync(document, readFileSync(document, 'utf8').replace('"title": "Rooms"', '"title": "Halls"'));
    expect(await posted('generate', document, '--out', out)).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, 'asyncapi/models.ts'), 'utf8')).toContain('Halls 1.0.0');
    expect(readFileSync(path, 'utf8')).toBe('// mine too\n');
  });
});

describe('posted init in an existing project', () => {
  it('completes the package.json of npm init, and lists the members that it keeps', async () => {
    const project = join(folder, 'used');
    mkdirSync(project);
    const existing = {
      name: 'used',
      license: 'MIT',
      type: 'commonjs',
      main: 'index.js',
      scripts: { test: 'echo "Error: no test specified" && exit 1', start: 'node mine.js' },
      dependencies: { posted: 'file:posted.tgz', vitest: '^5.0.0' },
    };
    writeFileSync(join(project, 'package.json'), JSON.stringify(existing));
    const { code, stdout } = await posted('init', project, rooms);
    const { name, license, type, scripts, dependencies, devDependencies } = manifestOf(project);
    expect([name, license, type]).toEqual(['used', 'MIT', 'module']);
    expect(scripts).toMatchObject({ test: 'vitest run', start: 'node mine.js', types: 'tsc' });
    expect(dependencies).toEqual(existing.dependencies);
    expect(Object.keys(devDependencies)).toEqual(['@posted/cli', '@types/node', 'typescript']);
    expect(stdout.match(/^kept .*$/gm)).toEqual(['kept in package.json: scripts.start']);
    expect(stdout).toContain('changed in package.json: type is "module", because');
    expect(code).toBe(0);
  });

  it('keeps CommonJS files working next to its own ES modules', async () => {
    const project = join(folder, 'commonjs');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(join(project, 'old.js'), "module.exports = require('node:fs') !== undefined;");
    const { code, stdout } = await posted('init', project, rooms);
    expect(code).toBe(0);
    expect(stdout).toContain('changed in package.json: type is absent instead of "commonjs"');
    symlinkSync(join(process.cwd(), 'node_modules'), join(project, 'node_modules'));
    const old = spawnSync(process.execPath, ['-p', "require('./old.js')"], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(old.stdout).toBe('true\n');
    expect(await typeCheck(project)).toBe('');
    const [, ...flags] = manifestOf(project).scripts.start.split(' ').slice(0, -1);
    const main = "import('./src/app.ts').then(() => process.exit(0))";
    const app = spawnSync(process.execPath, [...flags, '-e', main], { cwd: project, encoding: 'utf8' });
    expect(app).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('uses the document in the folder', async () => {
    const project = join(folder, 'with-document');
    mkdirSync(project);
    writeFileSync(join(project, 'asyncapi.json'), readFileSync(rooms, 'utf8'));
    expect(await postedIn(project, 'init')).toMatchObject({ code: 0 });
    expect(Object.keys(readFolder(project))).toContain('src/handlers/room-talk.ts');
    expect(manifestOf(project).scripts.generate).toBe('posted generate asyncapi.json --out generated');
  });

  it('rejects a package.json that is not JSON and writes nothing', async () => {
    const project = join(folder, 'not-json');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{');
    const { code, stderr } = await posted('init', project);
    expect([code, stderr]).toEqual([2, expect.stringContaining('fix it')]);
    expect(readFolder(project)).toEqual({ 'package.json': '{' });
  });

  it('asks for a folder if the current one has other files', async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'letter.txt'), 'Dear all');
    const { code, stderr } = await postedIn(home, 'init');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Missing project folder')]);
    expect(readFolder(home)).toEqual({ 'letter.txt': 'Dear all' });
  });

  it('does not overwrite a different document and writes nothing', async () => {
    const project = join(folder, 'occupied');
    mkdirSync(project);
    writeFileSync(join(project, basename(rooms)), '{}');
    const { code, stderr } = await posted('init', project, rooms);
    expect([code, stderr]).toEqual([2, expect.stringContaining('already exists and differs from')]);
    expect(readFolder(project)).toEqual({ [basename(rooms)]: '{}' });
  });
});

describe('posted init with a document', () => {
  it('in several files copies all of them with the same relative paths', async () => {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'api'), { recursive: true });
    mkdirSync(join(source, 'shared'));
    const document = `asyncapi: 3.0.0
info: { title: Ticks, version: 1.0.0 }
channels:
  ticks:
    address: /ticks
    messages:
      tick:
        summary: The time has changed.
        payload: { $ref: '../shared/tick.yaml' }
        examples: [{ payload: 1 }]
operations:
  sendTick: { action: send, channel: { $ref: '#/channels/ticks' } }
`;
    writeFileSync(join(source, 'api/ticks.yaml'), document);
    writeFileSync(join(source, 'shared/tick.yaml'), 'type: integer\ntitle: Tick\n');
    const project = join(folder, 'ticks');
    expect(await posted('init', project, join(source, 'api/ticks.yaml'), '--allow-outside')).toMatchObject({
      code: 0,
      stderr: '',
    });
    const files = readFolder(project);
    expect(files['api/ticks.yaml']).toBe(document);
    expect(files['shared/tick.yaml']).toBe('type: integer\ntitle: Tick\n');
    expect(manifestOf(project).scripts.generate).toBe(
      'posted generate api/ticks.yaml --out generated --allow-outside',
    );
    // The contract has no security.
    expect(Object.keys(files)).not.toContain('src/users.ts');
    expect(Object.keys(files)).not.toContain('.env');
    expect(manifestOf(project).scripts.start).toBe('node src/start.ts');
  });

  it('with problems reports them and writes nothing', async () => {
    const project = join(folder, 'broken');
    const document = join(folder, 'broken.yaml');
    writeFileSync(document, 'asyncapi: 3.0.0\n');
    const { code, stdout, stderr } = await posted('init', project, document);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${document}:1:1  /  `);
    expect(() => readFolder(project)).toThrow('ENOENT');
  });
});
