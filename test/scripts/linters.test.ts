import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateFiles } from '../../scripts/posted/index.ts';
import { requireService } from '../support/services.ts';
import { tempFolder } from './generator.ts';
import { npm, tryInstall } from './installed-package.ts';

const project = tempFolder();

/** Installed in a separate project, because typescript-eslint does not run on this repository's TypeScript 7. */
const tools = {
  '@biomejs/biome': '2.6.8',
  eslint: '10.15.0',
  prettier: '3.10.1',
  typescript: '6.0.3',
  'typescript-eslint': '8.74.0',
};

const eslintConfig = `
import { configs } from 'typescript-eslint';

export default [
  { ignores: ['*.js'] },
  ...configs.strictTypeChecked,
  ...configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { project: 'tsconfig.json' } } },
];
`;

const commands = [
  { tool: 'ESLint', args: ['eslint', '--max-warnings', '0'] },
  { tool: 'Biome', args: ['biome', 'check', '--error-on-warnings'] },
  { tool: 'Prettier', args: ['prettier', '--check', '--ignore-unknown'] },
];

const corpus = ['names', 'request-reply', 'schemas', 'security', 'v2'];
/** A contract whose models.ts declares no types. */
const binary = {
  asyncapi: '3.0.0',
  info: { title: 'Bytes', version: '1.0.0' },
  channels: {
    bytes: { address: '/bytes', messages: { chunk: { contentType: 'application/octet-stream' } } },
  },
  operations: { sendChunk: { action: 'send', channel: { $ref: '#/channels/bytes' } } },
};
const feed = { asyncapi: 'docs/asyncapi.json', openapi: 'openapi.yaml' };
const documents = [
  { name: 'binary', asyncapi: join(project, 'binary.json'), openapi: null },
  { name: 'feed', ...feed },
  ...corpus.map((name) => ({ name, asyncapi: `test/corpus/documents/${name}.yaml`, openapi: null })),
];

writeFileSync(
  join(project, 'package.json'),
  JSON.stringify({ private: true, type: 'module', devDependencies: tools }),
);
const missing = requireService('the npm registry', await tryInstall(project));

/** Copies generated files to a folder without anything that disables the tools. */
function copyWithoutPreamble(...files: readonly string[]): void {
  mkdirSync(join(project, 'own'));
  for (const file of files) {
    const text = readFileSync(join(project, 'generated/feed/asyncapi', file), 'utf8');
    writeFileSync(join(project, 'own', file), text.replace(/^((\/\/|\/\*) .*\n)+/, ''));
  }
}

describe.skipIf(missing !== null)(`a project with strict linters ${missing ?? ''}`, () => {
  beforeAll(async () => {
    writeFileSync(join(project, 'eslint.config.js'), eslintConfig);
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { strict: true, types: [] } }),
    );
    // A style that differs from that of generated code.
    writeFileSync(join(project, '.prettierrc'), JSON.stringify({ tabWidth: 8, semi: false }));
    writeFileSync(join(project, 'binary.json'), JSON.stringify(binary));
    for (const { name, asyncapi, openapi } of documents) {
      const options = {
        targets: new Set(['server', 'client', 'python', 'docs'] as const),
        extension: 'ts' as const,
        allowRemote: false,
        strict: false,
      };
      const contracts = { asyncapi, openapi, messages: new Map<string, string>() };
      const reporter = { progress() {}, note() {}, warn() {} };
      await generateFiles(contracts, options, join(project, 'generated', name), reporter);
    }
    copyWithoutPreamble('handlers.ts', 'models.ts', 'validators.ts');
  });

  it.each(commands)('gets no findings from $tool in generated code', async ({ args }) => {
    const { code, output } = await npm(project, 'exec', '--', ...args, 'generated');
    expect(code, output).toBe(0);
  });

  it.each(commands)(
    'gets findings from $tool in the same code elsewhere without its preamble',
    async ({ args }) => {
      const { code, output } = await npm(project, 'exec', '--', ...args, 'own');
      expect([code, output]).toEqual([1, expect.stringContaining('validators.ts')]);
    },
  );
});
