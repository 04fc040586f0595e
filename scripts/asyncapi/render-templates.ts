import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Generator from '@asyncapi/generator';
import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import type { ContractModel } from './contract-model.ts';

const templates = join(import.meta.dirname, '../../templates');

/** Has @asyncapi/generator render templates, each a folder of `templates`, into one folder. */
export async function renderTemplates(
  names: readonly string[],
  document: AsyncAPIDocumentInterface,
  contract: ContractModel,
  folder: string,
): Promise<void> {
  const workshop = await mkdtemp(join(tmpdir(), 'posted-templates-'));
  try {
    await openWorkshop(workshop, names);
    for (const name of names) {
      const options = { forceWrite: true, templateParams: { contract } };
      await new Generator(join(workshop, name), folder, options).generate(document);
    }
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/**
 * Generator writes what it transpiles, which is CommonJS, beside a template's sources. Each run has a copy of
 * them, so that several can run at a time and none leaves anything behind. Typed helpers stay where they are.
 */
async function openWorkshop(workshop: string, names: readonly string[]): Promise<void> {
  await symlink(packagesOfSdk(), join(workshop, 'node_modules'), 'junction');
  for (const name of names) {
    const [source, copy] = [join(templates, name), join(workshop, name)];
    for (const part of ['.ageneratorrc', 'template']) {
      await cp(join(source, part), join(copy, part), { recursive: true });
    }
    await symlink(join(source, 'lib'), join(copy, 'lib'), 'junction');
    const manifest = { name, type: 'commonjs', imports: { '#lib/*': './lib/*' } };
    await writeFile(join(copy, 'package.json'), JSON.stringify(manifest));
  }
}

/** The folder where what transpiled templates import is installed: the SDK, and what it brings with it. */
function packagesOfSdk(): string {
  const sdk = '@asyncapi/generator-react-sdk';
  const manifest = createRequire(import.meta.url).resolve(`${sdk}/package.json`);
  return join(manifest, '..', ...sdk.split('/').map(() => '..'));
}
