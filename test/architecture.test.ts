import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Files that every folder of src may import: they import nothing but each other and what is listed for them. */
const foundation = [
  'bearer',
  'error-code',
  'errors',
  'guard',
  'json',
  'log',
  'origin',
  'percent-encoding',
  'query',
].map((name) => `src/${name}.ts`);

/** What each part may import, besides itself and the foundation. The first rule that matches a file is its own. */
const rules: readonly { readonly part: string; readonly mayImport: readonly string[] }[] = [
  ...foundation.map((part) => ({ part, mayImport: [] })),
  // The entry points of the package.
  {
    part: 'generated/asyncapi/',
    mayImport: ['src/contract/types.ts', 'src/contract/index.ts', 'src/client/index.ts'],
  },
  { part: 'generated/openapi/', mayImport: ['src/contract/types.ts', 'src/rest/index.ts'] },
  { part: 'generated/events/', mayImport: ['src/contract/types.ts'] },
  { part: 'src/contract/', mayImport: ['generated/'] },
  {
    part: 'src/client/',
    mayImport: [
      'generated/',
      'src/contract/base64.ts',
      'src/contract/close-codes.ts',
      'src/contract/correlation.ts',
      'src/contract/descriptor.ts',
      'src/contract/handlers.ts',
      'src/contract/subprotocol.ts',
      'src/contract/telling.ts',
    ],
  },
  { part: 'src/auth/', mayImport: [] },
  { part: 'src/store/', mayImport: [] },
  { part: 'src/broker/', mayImport: ['generated/events/', 'src/store/'] },
  { part: 'src/feed/', mayImport: ['src/auth/', 'src/store/', 'src/broker/'] },
  // Of the contract runtime, handlers know the types that generated interfaces are made of: never a socket.
  { part: 'src/handlers/', mayImport: ['generated/', 'src/feed/', 'src/auth/', 'src/contract/handlers.ts'] },
  { part: 'src/rest/', mayImport: ['generated/', 'src/feed/', 'src/auth/'] },
  { part: 'src/config/', mayImport: ['src/auth/', 'src/broker/broker-url.ts'] },
  {
    part: 'src/metrics.ts',
    mayImport: [
      'src/contract/observer.ts',
      'src/rest/observer.ts',
      'src/broker/broker.ts',
      'src/broker-metrics.ts',
      'src/delivery-metrics.ts',
    ],
  },
  { part: 'src/delivery-metrics.ts', mayImport: ['src/feed/delivery.ts'] },
  { part: 'src/broker-metrics.ts', mayImport: ['src/broker/broker.ts'] },
  // What operators run beside the server.
  { part: 'src/cli/bump-epoch.ts', mayImport: ['src/config/', 'src/store/', 'src/pino-log.ts'] },
  { part: 'src/cli/migrate.ts', mayImport: ['src/config/', 'src/store/', 'src/pino-log.ts'] },
  { part: 'src/cli/', mayImport: ['generated/', 'src/client/', 'src/contract/close-codes.ts'] },
  { part: 'src/', mayImport: ['generated/', 'src/'] },
];

/** Packages that only some files may name, so that each can be replaced in one place. */
const packages: readonly { readonly name: RegExp; readonly onlyIn: RegExp }[] = [
  { name: /^ws$/, onlyIn: /^src\/(contract|client)\// },
  { name: /^jsonwebtoken$/, onlyIn: /^src\/auth\/tokens\.ts$/ },
  { name: /^@node-rs\/argon2$/, onlyIn: /^src\/auth\/passwords\.ts$/ },
  { name: /^(hono|@hono\/.*)(\/.*)?$/, onlyIn: /^src\/rest\// },
  { name: /^(kysely|node:sqlite|pg)(\/.*)?$/, onlyIn: /^src\/store\// },
  { name: /^(@redis\/client|amqplib|@platformatic\/kafka|@nats-io\/.*)$/, onlyIn: /^src\/broker\// },
  { name: /^pino$/, onlyIn: /^src\/pino-log\.ts$/ },
  { name: /^prom-client$/, onlyIn: /^src\/(((broker|delivery)-)?metrics|workers\/workers-metrics)\.ts$/ },
  { name: /^(@asyncapi\/.*|ajv.*|react.*|rolldown|yaml|@seriousme\/.*)$/, onlyIn: /^(scripts|templates)\// },
];

interface Import {
  readonly from: string;
  /** A path from the root, or the name of a package. */
  readonly to: string;
  readonly isLocal: boolean;
}

const files = globSync(['src/**/*.ts', 'generated/**/*.ts', 'scripts/**/*.ts', 'templates/**/*.{mts,js}'], {
  cwd: root,
})
  .map((path) => path.split(sep).join('/'))
  .filter((path) => !path.includes('__transpiled'));

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8');
  const specifiers = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^'";]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...specifiers].map(([, fromClause, dynamic]) => {
    const specifier = fromClause ?? dynamic ?? '';
    if (specifier.startsWith('.')) {
      const to = relative(root, join(root, dirname(from), specifier))
        .split(sep)
        .join('/');
      return { from, to, isLocal: true };
    }
    return { from, to: specifier, isLocal: false };
  });
});

describe('the structure', () => {
  it('has imports that go one way', () => {
    const wrong = imports.filter(({ from, to, isLocal }) => {
      if (!isLocal || !/^(src|generated)\//.test(from)) return false;
      const rule = rules.find(({ part }) => from.startsWith(part));
      if (rule === undefined) return true;
      const allowed = [rule.part, ...foundation, ...rule.mayImport];
      return !allowed.some((part) => to.startsWith(part));
    });
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets nobody import the entry points, the scripts or the templates', () => {
    const wrong = imports.filter(
      ({ from, to, isLocal }) =>
        isLocal &&
        (to === 'src/main.ts' || (from.startsWith('src/') && /^(scripts|templates|test)\//.test(to))),
    );
    expect(wrong).toEqual([]);
  });

  it('names each third party in one place', () => {
    const wrong = imports.filter(
      ({ from, to, isLocal }) =>
        !isLocal && packages.some(({ name, onlyIn }) => name.test(to) && !onlyIn.test(from)),
    );
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('keeps SQL in the store', () => {
    const wrong = files.filter(
      (path) =>
        /^src\/(?!store\/)/.test(path) &&
        /\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b/i.test(
          readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('has no file of 300 lines or more', () => {
    const all = [
      ...files,
      ...globSync(['test/**/*.ts', 'bench/**/*.ts'], { cwd: root, exclude: ['**/node_modules/**'] }),
    ];
    const long = all
      .filter((path) => !path.startsWith('generated/'))
      .filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length > 300);
    expect(long).toEqual([]);
  });
});
