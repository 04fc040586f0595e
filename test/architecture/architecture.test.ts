import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cyclesIn, imports, readSource, sources } from './imports.ts';
import { importsOf } from './imports-of.ts';
import { isAllowed, rooms } from './rooms.ts';

const root = join(import.meta.dirname, '../..');

/** For each room, an import that its rule allows, and imports that it must refuse. */
const cases: Readonly<Record<string, { readonly allowed: string; readonly refused: readonly string[] }>> = {
  'runtime/shared': {
    allowed: 'src/runtime/shared/errors.ts',
    refused: [
      'src/runtime/server/index.ts',
      'src/runtime/client/index.ts',
      'posted/server',
      'generated/x.ts',
    ],
  },
  'runtime/client': {
    allowed: 'src/runtime/shared/guard.ts',
    refused: [
      'src/runtime/server/handlers.ts',
      'src/runtime/rest/index.ts',
      'generated/asyncapi/client.ts',
      'hono',
    ],
  },
  'runtime/rest': {
    allowed: 'src/runtime/shared/errors.ts',
    refused: [
      'src/runtime/server/index.ts',
      'src/runtime/node/index.ts',
      'src/feed-server/services/posts.ts',
      'ws',
    ],
  },
  'runtime/react': {
    allowed: 'posted/client',
    refused: ['src/runtime/client/connect.ts', 'posted/server', 'generated/asyncapi/client.ts', 'ws'],
  },
  'runtime/rest-client': {
    allowed: 'src/runtime/shared/token-source.ts',
    refused: ['src/runtime/client/client-error.ts', 'src/runtime/rest/index.ts', 'ws', 'hono'],
  },
  'runtime/log': {
    allowed: 'src/runtime/server/handlers.ts',
    refused: [
      'src/runtime/server/server.ts',
      'src/runtime/node/index.ts',
      'generated/asyncapi/channels.ts',
      'ws',
    ],
  },
  'runtime/server': {
    allowed: 'src/runtime/log/index.ts',
    refused: [
      'src/runtime/log/hints/redis-connection.ts',
      'src/runtime/log/sqlite/x.ts',
      'src/runtime/client/index.ts',
      'pg',
    ],
  },
  'runtime/node': {
    allowed: 'src/runtime/rest/app.ts',
    refused: ['src/feed-server/feed-server.ts', 'generated/openapi/operations.ts', 'posted/server', 'ws'],
  },
  'runtime/testing': {
    allowed: 'src/runtime/server/index.ts',
    refused: ['src/feed-server/feed-server.ts', 'generated/asyncapi/channels.ts'],
  },
  generated: {
    allowed: 'posted/contract',
    refused: ['posted/node', 'src/runtime/shared/guard.ts', 'src/feed-server/main.ts', 'ajv'],
  },
  'feed-server': {
    allowed: 'posted/server',
    refused: [
      'src/runtime/server/index.ts',
      'scripts/posted/index.ts',
      'test/support/tokens.ts',
      'hono',
      'ws',
    ],
  },
  'scripts/posted': {
    allowed: 'posted/node',
    refused: ['src/runtime/shared/errors.ts', 'src/feed-server/settings/table.ts', 'scripts/dev/check.ts'],
  },
  templates: {
    allowed: 'scripts/posted/source/identifiers.ts',
    refused: ['src/runtime/server/index.ts', 'src/feed-server/main.ts', 'scripts/dev/check.ts'],
  },
  'scripts/dev': {
    allowed: 'test/feed-server/history/feed-app.ts',
    refused: ['src/runtime/server/index.ts', 'src/feed-server/main.ts', 'scripts/posted/index.ts'],
  },
};

describe('the import rules', () => {
  it('are kept by every import', () => {
    const wrong = imports.filter((each) => !isAllowed(each));
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it.each(rooms)('allow and refuse what the rule of $name says', ({ name, folder }) => {
    const { allowed = '', refused = [] } = cases[name] ?? {};
    const from = `${folder}example.ts`;
    expect(isAllowed({ from, to: allowed })).toBe(true);
    expect(refused.filter((to) => isAllowed({ from, to }))).toEqual([]);
    expect(refused.length).toBeGreaterThan(1);
  });

  it.each(['jsonwebtoken', '@node-rs/argon2', 'prom-client', 'pino', 'amqplib', 'kysely'])(
    'keep %s in its place',
    (to) => {
      expect(isAllowed({ from: 'src/runtime/node/example.ts', to })).toBe(false);
      expect(imports.filter((each) => each.to === to && isAllowed(each)).length).toBeGreaterThan(0);
    },
  );

  it('refuse a file that belongs to no room', () => {
    expect(isAllowed({ from: 'src/example.ts', to: 'node:fs' })).toBe(false);
  });

  it('see every form of import', () => {
    const text = `import type { A } from './a.ts';
export * from '../b.ts';
import './c.ts';
const d = await import('./d.ts');`;
    expect(importsOf('src/x/e.ts', text).map(({ to }) => to)).toEqual([
      'src/x/a.ts',
      'src/b.ts',
      'src/x/c.ts',
      'src/x/d.ts',
    ]);
  });
});

describe('import cycles', () => {
  it('do not exist, type imports included', () => {
    expect(cyclesIn(imports)).toEqual([]);
  });

  it('are found', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'b' },
      { from: 'c', to: 'd' },
    ];
    expect(cyclesIn(edges)).toEqual([['b', 'c']]);
  });
});

describe('the files', () => {
  it('have names that are unique in their package', () => {
    const packages = ['src/runtime/', 'src/feed-server/', 'scripts/posted/', 'scripts/dev/'];
    const twice = packages.flatMap((folder) => {
      const names = sources
        .filter((path) => path.startsWith(folder))
        .map((path) => basename(path))
        // The face of a folder, by convention.
        .filter((name) => name !== 'index.ts');
      return names.filter((name, index) => names.indexOf(name) !== index).map((name) => folder + name);
    });
    expect(twice).toEqual([]);
  });

  it('keep SQL in the stores', () => {
    const sql = /\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b/i;
    const wrong = sources
      .filter((path) => /^src\/(?!feed-server\/store\/|runtime\/log\/)/.test(path))
      .filter((path) => sql.test(readSource(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')));
    expect(wrong).toEqual([]);
  });

  it('have fewer than 300 lines', () => {
    const others = globSync(['test/**/*.ts', 'bench/**/*.ts'], {
      cwd: root,
      exclude: ['**/node_modules/**', 'test/deployed/**'],
    });
    const long = [...sources, ...others]
      .filter((path) => !/(?:^|\/)generated\//.test(path))
      .filter((path) => readSource(path).split('\n').length > 300);
    expect(long).toEqual([]);
  });
});
