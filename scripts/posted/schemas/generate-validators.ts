import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type standaloneCode from 'ajv/dist/standalone/index.js';
import { type Plugin, rolldown } from 'rolldown';
import { type ContractTitle, preamble } from '../source/preamble.ts';
import { printable } from '../source/printable.ts';
import {
  docComment,
  generatedFrom,
  type ImportExtension,
  separate,
  stringLiteral,
  ts,
} from '../source/typescript-source.ts';
import { compilerOf } from './compiler.ts';
import { correctCode, correctedFunctions } from './correct-ajv.ts';
import type { GuardModel, SchemaSet } from './schema-set.ts';

// The module is CommonJS: an import could yield its `module.exports` or its `default` export.
const standalone: typeof standaloneCode.default = createRequire(import.meta.url)(
  'ajv/dist/standalone',
).default;

export interface ValidatorsOptions {
  /** The module that exports the type `Guard`: a specifier. */
  readonly guardModule: string;
  readonly extension: ImportExtension;
  /** Which of the guards to include with which clients check received messages: their names. */
  readonly forClients: 'all' | ReadonlySet<string>;
}

/**
 * The text of validators.ts: a guard for every schema of a contract, compiled by Ajv from the original schemas, with
 * everything that guards need at run time. It imports only types and evaluates no code, so it runs in Node and, under
 * any content security policy, in browsers.
 */
export async function generateValidators(
  schemas: SchemaSet,
  title: ContractTitle,
  { guardModule, extension, forClients }: ValidatorsOptions,
): Promise<string> {
  const guards = schemas.guards.filter(
    ({ name, definition }) =>
      forClients === 'all' || forClients.has(name) || !schemas.received.has(definition),
  );
  const { code, names } = await compileGuards(schemas, guards);
  const exported = guards.map((guard, index) => {
    const origin = schemas.definitions.get(guard.definition)?.origin;
    return ts`
      ${docComment(describeGuard(guard, schemas), origin === undefined ? '' : generatedFrom(origin))}
      export const ${guard.name}: Guard<${guard.type}> = ${names[index] ?? ''} as Guard<${guard.type}>;
    `;
  });
  return ts`
    ${preamble(title, 'typescript')}
    // @ts-nocheck: Ajv's code is not typed. The exported guards at the end are.
    import type { Guard } from ${stringLiteral(guardModule)};
    import type * as models from './models.${extension}';

    ${code}

    ${separate(exported)}

  `;
}

function describeGuard({ definition, fromText }: GuardModel, { received }: SchemaSet): string {
  if (fromText) return 'Accepts values that arrive as text: converts them and applies defaults, in place.';
  return received.has(definition) ? 'For clients: ignores unknown fields.' : '';
}

/** The code of the guards as one module without exports, and the local name of each guard. */
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
    // Rolldown would leave an import that it cannot resolve to run time.
    onLog(_level, { message }) {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: 'esm', comments: false });
  await bundle.close();
  // Only the end of the module has an export clause.
  const [code, clause = ''] = output[0].code.split(/^export \{([^}]*)\};\s*$/m);
  const locals = new Map(
    clause.split(',').map((specifier) => {
      const [local = '', exported = local] = specifier.trim().split(' as ');
      return [exported, local];
    }),
  );
  // Only string literals contain such characters, and they may be escaped there; tabs indent.
  const escaped = (code ?? '').trimEnd().replaceAll(/[^\t\n]+/g, printable);
  return { code: escaped, names: guardNames.map((name) => locals.get(name) ?? name) };
}

/** Standalone code calls these functions by name. Rolldown leaves out the unused ones. */
const importCorrections = Object.entries(correctedFunctions)
  .map(([name, module]) => {
    const file = join(import.meta.dirname, module + extname(import.meta.filename));
    return `import ${name} from ${JSON.stringify(file)};`;
  })
  .join('\n');

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
  const code = correctCode(standalone(compiler.ajv, Object.fromEntries(keys)));
  return `${importCorrections}\n${code}`;
}

/** Ajv exports only names of ASCII letters. */
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

/** Removes the `require` source that Ajv's helpers carry for compilations of other kinds. */
const withoutSourceReferences: Plugin = {
  name: 'without-source-references',
  transform: (code, id) =>
    /[\\/]ajv[\\/]dist[\\/]runtime[\\/]/.test(id) ? code.replace(/^\w+\.code = .*$/m, '') : null,
};
