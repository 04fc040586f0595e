import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type standaloneCode from 'ajv/dist/standalone/index.js';
import { type Plugin, rolldown } from 'rolldown';
import type { ImportExtension } from '../source/runtime-modules.ts';
import { type ContractTitle, docComment, preamble, stringLiteral, ts } from '../source/typescript-source.ts';
import { compilerOf } from './ajv.ts';
import type { GuardModel, SchemaSet } from './schema-set.ts';

// A CommonJS module whose default export is its `module.exports`: an import would need to know which of the two it is.
const standalone: typeof standaloneCode.default = createRequire(import.meta.url)(
  'ajv/dist/standalone',
).default;

/** What the imports of a generated file name. */
interface Imports {
  /** The module that has the type of a guard. */
  readonly contract: string;
  /** Of the generated files beside it. */
  readonly extension: ImportExtension;
}

interface ValidatorsOptions extends Imports {
  /** Whether guards are needed with which clients check what they receive. */
  readonly forClients: boolean;
}

/**
 * The text of validators.ts: a guard for every schema of a contract, compiled by Ajv from the schemas as they
 * stand in it, with all that the guards need. It imports types alone and evaluates nothing, so that it runs in
 * Node and, under any content security policy, in a browser.
 */
export async function generateValidators(
  schemas: SchemaSet,
  title: ContractTitle,
  { contract, extension, forClients }: ValidatorsOptions,
): Promise<string> {
  const guards = schemas.guards.filter(({ definition }) => forClients || !schemas.received.has(definition));
  const { code, names } = await compileGuards(schemas, guards);
  const exported = guards.map(
    (guard, index) => ts`
      ${docComment(describeGuard(guard, schemas))}
      export const ${guard.name}: Guard<${guard.type}> = ${names[index] ?? ''} as Guard<${guard.type}>;
    `,
  );
  return ts`
    ${preamble(title)}
    // @ts-nocheck: Ajv's code says nothing of types. Those of the guards stand at the end.
    import type { Guard } from ${stringLiteral(contract)};
    import type * as models from './models.${extension}';

    ${code}

    ${exported}

  `;
}

function describeGuard({ definition, fromText }: GuardModel, { received }: SchemaSet): string {
  if (fromText) return 'Takes values that arrive as text: converts them and fills in defaults, in place.';
  return received.has(definition) ? 'For clients: ignores fields that the contract does not have.' : '';
}

/** The code of all guards, in one module that exports nothing, and what each guard is called in it. */
async function compileGuards(
  schemas: SchemaSet,
  guards: readonly GuardModel[],
): Promise<{ readonly code: string; readonly names: readonly string[] }> {
  const guardNames = guards.map((_guard, index) => exportName(index));
  const modules = new Map([
    ['contract:json', compile(schemas, guards, false)],
    ['contract:text', compile(schemas, guards, true)],
    ['contract:guards', guards.map(reexport).join('\n')],
  ]);
  const bundle = await rolldown({
    input: 'contract:guards',
    cwd: import.meta.dirname,
    platform: 'neutral',
    experimental: { attachDebugInfo: 'none' },
    plugins: [virtual(modules), withoutSourceReferences],
    // What is not found would be left to be imported at run time.
    onLog(_level, { message }) {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: 'esm', comments: false });
  await bundle.close();
  // The one statement that no code of a guard can hold: it ends the module.
  const [code, clause = ''] = output[0].code.split(/^export \{([^}]*)\};\s*$/m);
  const locals = new Map(
    clause.split(',').map((specifier) => {
      const [local = '', exported = local] = specifier.trim().split(' as ');
      return [exported, local];
    }),
  );
  return { code: (code ?? '').trimEnd(), names: guardNames.map((name) => locals.get(name) ?? name) };
}

const jsonEqualModule = join(import.meta.dirname, `json-equal${extname(import.meta.filename)}`);

function compile(schemas: SchemaSet, guards: readonly GuardModel[], fromText: boolean): string {
  const compiler = compilerOf(schemas, fromText ? 'text' : 'json');
  const exported = guards.flatMap((guard, index) =>
    guard.fromText === fromText ? [{ name: exportName(index), definition: guard.definition }] : [],
  );
  if (exported.length === 0) return '';
  for (const { definition } of exported) compiler.compile(definition);
  const order = [...compiler.compiled];
  const sorted = exported.toSorted((a, b) => order.indexOf(a.definition) - order.indexOf(b.definition));
  const keys = sorted.map(({ name, definition }) => [name, compiler.keyOf(definition)]);
  // In Ajv's code no string holds these quotes unescaped.
  const code = standalone(compiler.ajv, Object.fromEntries(keys)).replaceAll(
    'require("ajv/dist/runtime/equal").default',
    'jsonEqual',
  );
  return `import jsonEqual from ${JSON.stringify(jsonEqualModule)};\n${code}`;
}

/** Ajv exports names of ASCII letters alone. */
function exportName(index: number): string {
  return `guard${index}`;
}

function reexport({ fromText }: GuardModel, index: number): string {
  return `export { ${exportName(index)} } from 'contract:${fromText ? 'text' : 'json'}';`;
}

function virtual(modules: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'virtual',
    resolveId: (id) => (modules.has(id) ? id : null),
    load: (id) => modules.get(id) ?? null,
  };
}

/** Ajv's helpers carry the source of a `require` that finds them, for compilations other than this one. */
const withoutSourceReferences: Plugin = {
  name: 'without-source-references',
  transform: (code, id) =>
    /[\\/]ajv[\\/]dist[\\/]runtime[\\/]/.test(id) ? code.replace(/^\w+\.code = .*$/m, '') : null,
};
