import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { ParsedDocument } from './official-parser.ts';

const templates = join(import.meta.dirname, '../../../templates');

/** Parameters of the templates, as their `.ageneratorrc` declares them. */
type TemplateParameters = Readonly<Record<string, unknown>>;

/** Renders templates, which are folders in `templates`, into one folder with @asyncapi/generator. */
export async function renderTemplates(
  names: readonly string[],
  document: ParsedDocument,
  parameters: TemplateParameters,
  folder: string,
): Promise<void> {
  for (const name of names) await renderTemplate(name, document, parameters, folder);
}

/** The first run of each template in this process, which transpiles it. That takes longer than rendering. */
const firstRuns = new Map<string, Promise<void>>();

async function renderTemplate(
  name: string,
  document: ParsedDocument,
  templateParams: TemplateParameters,
  folder: string,
): Promise<void> {
  const [Generator, workFolder] = [loadGenerator(), await createWorkFolder()];
  const run = (compile: boolean): Promise<void> =>
    new Generator(join(workFolder, name), folder, { forceWrite: true, compile, templateParams }).generate(
      document,
    );
  const first = firstRuns.get(name);
  if (first !== undefined) {
    await first;
    return await run(false);
  }
  const running = copyTemplate(name, workFolder).then(() => run(true));
  firstRuns.set(name, running);
  try {
    await running;
  } catch (thrown) {
    firstRuns.delete(name);
    throw thrown;
  }
}

let createdFolder: Promise<string> | null = null;

/**
 * The generator writes transpiled CommonJS next to a template's sources. Each process therefore has a copy, so that
 * several can run at once and none leaves files behind.
 */
function createWorkFolder(): Promise<string> {
  createdFolder ??= (async () => {
    const workFolder = await mkdtemp(join(tmpdir(), 'posted-templates-'));
    process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }));
    await symlink(packagesOfSdk(), join(workFolder, 'node_modules'), 'junction');
    return workFolder;
  })();
  return createdFolder;
}

/** Links typed helpers instead of copying them. In the compiled package, their extension is .mjs. */
async function copyTemplate(name: string, workFolder: string): Promise<void> {
  const [source, copy] = [join(templates, name), join(workFolder, name)];
  await mkdir(copy, { recursive: true });
  for (const part of ['.ageneratorrc', 'template']) {
    await cp(join(source, part), join(copy, part), { recursive: true });
  }
  await symlink(join(source, 'lib'), join(copy, 'lib'), 'junction');
  const helper = `./lib/*${extname(import.meta.filename) === '.ts' ? '.mts' : '.mjs'}`;
  const manifest = { name, type: 'commonjs', imports: { '#lib/*.mts': helper } };
  await writeFile(join(copy, 'package.json'), JSON.stringify(manifest));
}

/** The node_modules folder of the generator's React SDK, from which transpiled templates import. */
function packagesOfSdk(): string {
  const sdk = '@asyncapi/generator-react-sdk';
  // A dependency of the generator, which npm may install where this module cannot resolve it.
  const generator = createRequire(import.meta.url).resolve('@asyncapi/generator');
  const manifest = createRequire(generator).resolve(`${sdk}/package.json`);
  return join(manifest, '..', ...sdk.split('/').map(() => '..'));
}

/** The part of @asyncapi/generator in use. The package has no types. */
interface GeneratorOptions {
  readonly forceWrite: boolean;
  /** Whether to transpile the template; false if that is done. */
  readonly compile: boolean;
  readonly templateParams: Readonly<Record<string, unknown>>;
}

type GeneratorClass = new (
  template: string,
  targetFolder: string,
  options: GeneratorOptions,
) => { generate(document: ParsedDocument): Promise<void> };

/** Its lookup of globally installed packages. */
interface Requireg {
  resolve: (name: string) => string | undefined;
}

/**
 * Loads @asyncapi/generator, which looks up npm to install templates and throws if Node was installed without it.
 * Nothing is ever installed here, so an empty path is good enough.
 */
function loadGenerator(): GeneratorClass {
  const require = createRequire(import.meta.url);
  const requireg: Requireg = createRequire(require.resolve('@asyncapi/generator'))('requireg');
  const { resolve } = requireg;
  requireg.resolve = (name) => resolve(name) ?? '';
  try {
    return require('@asyncapi/generator');
  } finally {
    requireg.resolve = resolve;
  }
}
