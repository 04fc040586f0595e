import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { generateFiles, type LoadOptions, loadContracts, type Reporter } from '../../generate-files.ts';
import { replaceFolder } from '../../replace-folder.ts';
import { createReporter, print } from '../reporter.ts';
import { completeManifest } from './complete-manifest.ts';
import { copyFiles, planCopies } from './copy-contract.ts';
import { type ProjectPlan, planProject } from './plan.ts';
import { projectManifest } from './project-manifest.ts';
import { renderClient } from './render-client.ts';
import { renderHandlers } from './render-handlers.ts';
import { renderStart, serverSource } from './render-server.ts';
import { renderTest } from './render-test.ts';
import { renderUsers } from './render-users.ts';

const template = join(import.meta.dirname, '../../../../templates/project');

/**
 * Writes a project for a document into a folder; null: for the asyncapi.yaml that is there, or an example. What is
 * there already is kept.
 *
 * @throws GenerationError for a document with problems, UsageError for what is in the way; nothing is written then
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
  for (const path of kept) print(`kept, because it was there: ${path}`);
  print(nextSteps(folder, plan));
}

/** The document is read twice, and what is to be said of it belongs to the second time. */
const silent: Reporter = { progress() {}, warn() {}, note() {} };

/** The document that a folder has already. */
function documentIn(folder: string): string | undefined {
  const names = ['asyncapi.yaml', 'asyncapi.yml', 'asyncapi.json'];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function readManifest(folder: string): string | null {
  const path = join(folder, 'package.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** The text of every file that is written once, by its path. */
async function projectFiles(plan: ProjectPlan): Promise<Readonly<Record<string, string>>> {
  const users = renderUsers(plan);
  const secrets = [...plan.secrets.values()].map(
    (name) => `${name}=${randomBytes(18).toString('base64url')}\n`,
  );
  return {
    'tsconfig.json': await readTemplate('tsconfig.json'),
    'README.md': await readTemplate('README.md'),
    // npm takes no file of that name into a package.
    '.gitignore': await readTemplate('gitignore'),
    ...(secrets.length === 0 ? {} : { '.env': secrets.join('') }),
    ...Object.fromEntries(
      plan.channels.map((channel) => [`src/handlers/${channel.file}.ts`, renderHandlers(channel, plan)]),
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

/** Returns the paths of those that were there. */
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
    secrets.size === 0 ? '' : '\nThe server lets in whoever knows the secret in .env; see src/users.ts.';
  return `
Next:
${enter}  npm install
  npm start
and in another terminal
${enter}  npm run client
  npm test
What the server does stands in src/handlers.${note}`;
}
