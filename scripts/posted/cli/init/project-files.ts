import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ProjectPlan } from './project-plan.ts';
import { renderClient } from './render-client.ts';
import { renderHandlers } from './render-handlers.ts';
import { renderMain } from './render-main.ts';
import { hasLog, renderApp, renderStart } from './render-server.ts';
import { renderTest } from './render-test.ts';
import { renderUsers } from './render-users.ts';

/** The text of each file, by path. */
export type Files = Readonly<Record<string, string>>;

const templates = join(import.meta.dirname, '../../../../templates/project');

/** By example: the folders in the templates that make up its project. A file replaces that of a folder before. */
const layers = { auction: ['auction'], 'auction-durable': ['auction', 'auction-durable'] } as const;

export type Example = keyof typeof layers;

/** The contract of an example. */
export function contractOf(example: Example): string {
  return join(templates, example, contractName);
}

/** The example with the contract at this path, or null. */
export async function exampleWith(contract: string): Promise<Example | null> {
  if (!existsSync(contract)) return null;
  const content = await readFile(contract);
  for (const example of Object.keys(layers) as Example[]) {
    if (content.equals(await readFile(contractOf(example)))) return example;
  }
  return null;
}

const contractName = 'asyncapi.yaml';

/** The files of a project for any contract: each has an example handler for every message. */
export async function filesFor(plan: ProjectPlan): Promise<Files> {
  return {
    ...(await filesAround(plan)),
    'README.md': await readTemplate('README.md'),
    ...serverFiles(plan, 'src'),
    'src/client.ts': renderClient(plan),
    'test/contract.test.ts': renderTest(plan),
  };
}

/** The files of a project around a client, with a server to test it against. */
export async function filesForClient(plan: ProjectPlan): Promise<Files> {
  const around = await filesAround(plan);
  return {
    ...around,
    'tsconfig.json': around['tsconfig.json'].replace('"page"', '"server"'),
    'README.md': await readTemplate('client/README.md'),
    'src/main.ts': renderMain(plan),
    ...serverFiles(plan, 'server'),
    'test/contract.test.ts': renderTest(plan, 'server'),
  };
}

async function filesAround(plan: ProjectPlan) {
  const secrets = [...plan.secrets.values()].map((name) => `${name}=${secret(18)}\n`);
  const common = await commonFiles();
  return {
    ...common,
    ...(hasLog(plan) && { '.gitignore': withData(common['.gitignore']) }),
    ...(secrets.length === 0 ? {} : { '.env': secrets.join('') }),
  };
}

function serverFiles(plan: ProjectPlan, folder: string): Files {
  const users = renderUsers(plan);
  return {
    ...Object.fromEntries(
      plan.channels.map((channel) => [`${folder}/handlers/${channel.file}.ts`, renderHandlers(channel)]),
    ),
    ...(users === null ? {} : { [`${folder}/users.ts`]: users }),
    [`${folder}/app.ts`]: renderApp(plan),
    [`${folder}/start.ts`]: renderStart(plan),
  };
}

/** The files of an example, without its contract. */
export async function filesOfExample(example: Example): Promise<Files> {
  const common = await commonFiles();
  const folders = await Promise.all(layers[example].map((layer) => readFiles(join(templates, layer))));
  const { [contractName]: _contract, ...files } = Object.assign({}, ...folders) as Files;
  return {
    ...common,
    ...files,
    ...(example === 'auction-durable' && { '.gitignore': withData(common['.gitignore']) }),
    // Short, because people type it into the page.
    '.env': `AUCTION_PASSWORD=${secret(9)}\n`,
  };
}

/** What git ignores, with the database and the cursors of clients. */
function withData(gitignore: string): string {
  return `${gitignore}data/\n*.cursor*\n`;
}

async function readFiles(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map(
    async (path) => [relative(folder, path).replaceAll('\\', '/'), await readFile(path, 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(files));
}

async function commonFiles() {
  return {
    'tsconfig.json': await readTemplate('tsconfig.json'),
    'settings.json': await readTemplate('settings.json'),
    // npm excludes files named .gitignore from packages.
    '.gitignore': await readTemplate('gitignore'),
  };
}

function readTemplate(name: string): Promise<string> {
  return readFile(join(templates, name), 'utf8');
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
