import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { ParsedDocument } from './official-parser.ts';

const templates = join(import.meta.dirname, '../../../templates');

/** What the templates are given, by the names that their `.ageneratorrc` has. */
type TemplateParameters = Readonly<Record<string, unknown>>;

/** Has @asyncapi/generator render templates, each a folder of `templates`, into one folder. */
export async function renderTemplates(
  names: readonly string[],
  document: ParsedDocument,
  parameters: TemplateParameters,
  folder: string,
): Promise<void> {
  for (const name of names) await renderTemplate(name, document, parameters, folder);
}

/** The first run of each template in this process: it transpiles the template, which takes longer than to render it. */
const firstRuns = new Map<string, Promise<void>>();

async function renderTemplate(
  name: string,
  document: ParsedDocument,
  templateParams: TemplateParameters,
  folder: string,
): Promise<void> {
  const [Generator, workshop] = [loadGenerator(), await openWorkshop()];
  const run = (compile: boolean): Promise<void> =>
    new Generator(join(workshop, name), folder, { forceWrite: true, compile, templateParams }).generate(
      document,
    );
  const first = firstRuns.get(name);
  if (first !== undefined) {
    await first;
    return await run(false);
  }
  const running = copyTemplate(name, workshop).then(() => run(true));
  firstRuns.set(name, running);
  try {
    await running;
  } catch (thrown) {
    firstRuns.delete(name);
    throw thrown;
  }
}

let opened: Promise<string> | null = null;

/**
 * Generator writes what it transpiles, which is CommonJS, beside a template's sources. Each process has a copy
 * of them, so that several can run at a time and none leaves anything behind.
 */
function openWorkshop(): Promise<string> {
  opened ??= (async () => {
    const workshop = await mkdtemp(join(tmpdir(), 'posted-templates-'));
    process.once('exit', () => rmSync(workshop, { recursive: true, force: true }));
    await symlink(packagesOfSdk(), join(workshop, 'node_modules'), 'junction');
    return workshop;
  })();
  return opened;
}

/** Typed helpers stay where they are; compiled, their names end in another way than the templates say. */
async function copyTemplate(name: string, workshop: string): Promise<void> {
  const [source, copy] = [join(templates, name), join(workshop, name)];
  await mkdir(copy, { recursive: true });
  for (const part of ['.ageneratorrc', 'template']) {
    await cp(join(source, part), join(copy, part), { recursive: true });
  }
  await symlink(join(source, 'lib'), join(copy, 'lib'), 'junction');
  const helper = `./lib/*${extname(import.meta.filename) === '.ts' ? '.mts' : '.mjs'}`;
  const manifest = { name, type: 'commonjs', imports: { '#lib/*.mts': helper } };
  await writeFile(join(copy, 'package.json'), JSON.stringify(manifest));
}

/** The folder where what transpiled templates import is installed: the SDK, and what it brings with it. */
function packagesOfSdk(): string {
  const sdk = '@asyncapi/generator-react-sdk';
  // It is Generator's dependency, and need not be installed where this module could find it.
  const generator = createRequire(import.meta.url).resolve('@asyncapi/generator');
  const manifest = createRequire(generator).resolve(`${sdk}/package.json`);
  return join(manifest, '..', ...sdk.split('/').map(() => '..'));
}

/** The part of @asyncapi/generator that is used; it ships no types. */
interface GeneratorOptions {
  readonly forceWrite: boolean;
  /** Whether to transpile the template first; false: it was, in the same place. */
  readonly compile: boolean;
  readonly templateParams: Readonly<Record<string, unknown>>;
}

type GeneratorClass = new (
  template: string,
  targetFolder: string,
  options: GeneratorOptions,
) => { generate(document: ParsedDocument): Promise<void> };

/** How it looks for packages that are installed globally. */
interface Requireg {
  resolve: (name: string) => string | undefined;
}

/**
 * Imports @asyncapi/generator. It looks for npm as it is loaded, with which it could install templates, and
 * throws where Node came without one; nothing is ever installed here, so that any answer will do.
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
