import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { generateFiles, type LoadOptions, loadContracts, type Reporter } from '../../generate-files.ts';
import { replaceFolder } from '../../replace-folder.ts';
import { createReporter, print } from '../reporter.ts';
import { copyFiles, planCopies } from './contract-copies.ts';
import { completeManifest, projectManifest } from './project-manifest.ts';
import { type ProjectPlan, planProject } from './project-plan.ts';
import { renderClient } from './render-client.ts';
import { renderHandlers } from './render-handlers.ts';
import { renderStart, serverSource } from './render-server.ts';
import { renderTest } from './render-test.ts';
import { renderUsers } from './render-users.ts';

const template = join(import.meta.dirname, '../../../../templates/project');

/**
 * Writes a project for a document into a folder. Without a document, the project is for the AsyncAPI document in the
 * folder or, if there is none, for an example. Existing files are kept.
 *
 * @throws GenerationError for a document with problems, UsageError for conflicting files; nothing is written then
 */
export async function initProject(
  folder: string,
  document: string | null,
  options: LoadOptions,
): Promise<void> {
  const source = document ?? documentIn(folder) ?? join(template, 'asyncapi.yaml');
  const { websocket, files } = await loadContracts({ asyncapi: source, openapi: null }, options, silent);
  const plan = planProject(websocket.model, websocket.schemas);
  const contract = await planCopies(source, files, folder);
  const manifest = completeManifest(
    readManifest(folder),
    projectManifest(folder, contract.document, { ...options, hasSecrets: plan.secrets.size > 0 }),
  );

  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), manifest.text);
  await copyFiles(contract.copies);
  const kept = await writeNew(folder, await projectFiles(plan));
  await generateCode(join(folder, contract.document), join(folder, 'generated'), options);

  for (const name of manifest.kept) print(`kept in package.json: ${name}`);
  for (const path of kept) print(`kept existing file: ${path}`);
  print(nextSteps(folder, plan));
}

/** The document is loaded twice; only the second time reports progress and warnings. */
const silent: Reporter = { progress() {}, warn() {}, note() {} };

/** The path of the document that a folder already contains. */
function documentIn(folder: string): string | undefined {
  const names = ['asyncapi.yaml', 'asyncapi.yml', 'asyncapi.json'];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function readManifest(folder: string): string | null {
  const path = join(folder, 'package.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** By path: the text of each file that is never overwritten. */
async function projectFiles(plan: ProjectPlan): Promise<Readonly<Record<string, string>>> {
  const users = renderUsers(plan);
  const secrets = [...plan.secrets.values()].map(
    (name) => `${name}=${randomBytes(18).toString('base64url')}\n`,
  );
  return {
    'tsconfig.json': await readTemplate('tsconfig.json'),
    'README.md': await readTemplate('README.md'),
    // npm excludes files named .gitignore from packages.
    '.gitignore': await readTemplate('gitignore'),
    ...(secrets.length === 0 ? {} : { '.env': secrets.join('') }),
    ...Object.fromEntries(
      plan.channels.map((channel) => [`src/handlers/${channel.file}.ts`, renderHandlers(channel)]),
    ),
    ...(users === null ? {} : { 'src/users.ts': users }),
    'src/start.ts': renderStart(plan),
    'src/server.ts': serverSource,
    'src/client.ts': renderClient(plan),
    'test/contract.test.ts': renderTest(plan),
  };
}

function readTemplate(name: string): Promise<string> {
  return readFile(join(template, name), 'utf8');
}

/** Writes the files that do not exist yet and returns the paths of the others. */
async function writeNew(folder: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
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

async function generateCode(asyncapi: string, out: string, options: LoadOptions): Promise<void> {
  const generateOptions = {
    ...options,
    targets: new Set(['server', 'client'] as const),
    extension: 'ts' as const,
  };
  await replaceFolder(out, async (fresh) => {
    const contracts = { asyncapi, openapi: null, messages: new Map<string, string>() };
    await generateFiles(contracts, generateOptions, fresh, createReporter());
  });
}

function nextSteps(folder: string, { secrets }: ProjectPlan): string {
  const path = /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
  const enter = relative('', folder) === '' ? '' : `  cd ${path}\n`;
  const note =
    secrets.size === 0
      ? ''
      : '\nClients authenticate with the secret in .env; src/users.ts checks it until you add your own users.';
  return `
Next steps:
${enter}  npm install
  npm start

In another terminal:
${enter}  npm run client
  npm test

The handlers in src/handlers define what the server does.${note}`;
}
