import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type LoadOptions, loadContracts } from '../../generate-files.ts';
import { UsageError } from '../command.ts';
import { generateProject } from '../generate-folder.ts';
import { createReporter, print, silentReporter } from '../reporter.ts';
import { copyFiles, planCopies } from './contract-copies.ts';
import { documentIn } from './document-in.ts';
import { type ModuleType, moduleTypeFor } from './module-type.ts';
import {
  installCommand,
  type PackageManager,
  packageManagerFiles,
  packageManagerOf,
  runCommand,
} from './package-manager.ts';
import {
  contractOf,
  type Example,
  exampleWith,
  type Files,
  filesFor,
  filesForClient,
  filesOfExample,
} from './project-files.ts';
import { completeManifest, projectManifest, readManifest, unneededScripts } from './project-manifest.ts';
import { planProject } from './project-plan.ts';

/** What `posted init` makes a project from. */
export interface InitSource {
  /** The path of an AsyncAPI document; null for the one in the folder, or an example if it has none. */
  readonly document: string | null;
  /** The example to use in any case; null to use a document if there is one. */
  readonly example: Example | null;
  /** Whether the project is a client of somebody else's server. It has a document then. */
  readonly isClient: boolean;
}

/**
 * Writes a project into a folder. Existing files are kept.
 *
 * @throws GenerationError for a document with problems, UsageError for conflicting files; nothing is written then
 */
export async function initProject(
  folder: string,
  { document, example: chosen, isClient }: InitSource,
  options: LoadOptions,
): Promise<void> {
  const own = chosen === null ? (document ?? documentIn(folder)) : undefined;
  if (isClient && own === undefined) throw new UsageError('--client takes the document of a server.');
  const example = isClient ? null : own === undefined ? (chosen ?? 'auction') : await exampleWith(own);
  const source = own ?? contractOf(chosen ?? 'auction');
  // The document is loaded again below, which reports progress and warnings.
  const { websocket, files } = await loadContracts(
    { asyncapi: source, openapi: null },
    options,
    silentReporter,
  );
  const texts =
    example === null
      ? await (isClient ? filesForClient : filesFor)(planProject(websocket.model, websocket.schemas))
      : await filesOfExample(example);
  const contract = await planCopies(source, files, folder);
  const existing = readManifest(folder);
  const type = moduleTypeFor(folder, existing?.type);
  const packageManager = packageManagerOf(folder, process.env.npm_config_user_agent);
  const project = {
    ...options,
    type,
    packageManager,
    hasSecrets: '.env' in texts,
    hasPage: example !== null,
    isClient,
  };
  const manifest = completeManifest(existing, projectManifest(folder, contract.document, project));

  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), manifest.text);
  await copyFiles(contract.copies);
  const kept = await writeNew(folder, {
    ...texts,
    'tsconfig.json': compilerOptions(texts['tsconfig.json'] ?? '', type),
    ...packageManagerFiles(packageManager, unneededScripts),
  });
  await generateProject(
    join(folder, 'generated'),
    join(folder, contract.document),
    options,
    createReporter(),
  );

  if (manifest.typeChange !== null) print(`changed in package.json: ${manifest.typeChange}`);
  for (const name of manifest.kept) print(`kept in package.json: ${name}`);
  for (const path of kept) print(`kept existing file: ${path}`);
  const next = isClient ? nextStepsOfClient : nextSteps;
  print(next(folder, packageManager, { isExample: example !== null, hasSecrets: project.hasSecrets }));
}

/** For files whose syntax decides what they are, the compiler must not read `type` in package.json. */
function compilerOptions(template: string, type: ModuleType): string {
  return type === 'module' ? template : template.replace('"module": "nodenext"', '"module": "preserve"');
}

/** Writes the files that do not exist yet and returns the paths of the others. */
async function writeNew(folder: string, files: Files): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    try {
      await writeFile(file, text, { flag: 'wx' });
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
      kept.push(path);
    }
  }
  return kept;
}

interface NextSteps {
  readonly isExample: boolean;
  readonly hasSecrets: boolean;
}

function enterFolder(folder: string): string {
  const path = /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
  return relative('', folder) === '' ? '' : `  cd ${path}\n`;
}

function nextStepsOfClient(
  folder: string,
  packageManager: PackageManager,
  { hasSecrets }: NextSteps,
): string {
  return `
Next steps:
${enterFolder(folder)}  ${installCommand(packageManager)}
  ${runCommand(packageManager, 'test')}         # against a server generated from the document
  ${runCommand(packageManager, 'start')}        # against the server of the document

The client is src/main.ts.${hasSecrets ? ' Put your credentials into .env.' : ''}`;
}

function nextSteps(
  folder: string,
  packageManager: PackageManager,
  { isExample, hasSecrets }: NextSteps,
): string {
  const enter = enterFolder(folder);
  const run = (script: string, ...args: readonly string[]): string =>
    runCommand(packageManager, script, ...args);
  const bidders = `  ${run('client', 'ann')}\n  ${run('client', 'bob')}        # in one more terminal\n`;
  const note = hasSecrets
    ? '\nClients log in with the secret in .env; src/users.ts checks it until you add your own users.'
    : '';
  return `
Next steps:
${enter}  ${installCommand(packageManager)}
  ${run('dev')}

In another terminal:
${enter}${isExample ? bidders : `  ${run('client')}\n`}  ${run('test')}

${isExample ? 'The page is at http://localhost:8080. ' : ''}The handlers in src/ define what the server does.${note}`;
}
