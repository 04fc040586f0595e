import { createRequire } from 'node:module';
import type standaloneCode from 'ajv/dist/standalone/index.js';
import { type Plugin, rolldown } from 'rolldown';
import { type ContractTitle, docComment, preamble, ts } from '../source/typescript-source.ts';
import { addDefinitions, createAjv, keyOfDefinition, textOptions } from './ajv.ts';
import type { GuardModel, SchemaSet } from './schema-set.ts';

// A CommonJS module whose default export is its `module.exports`: an import would need to know which of the two it is.
const standalone: typeof standaloneCode.default = createRequire(import.meta.url)(
  'ajv/dist/standalone',
).default;

/** What generated code imports the type of a guard from. */
type GuardModule = 'posted/contract' | 'posted/rest';

/**
 * The text of validators.js: a guard for every schema of a contract, compiled by Ajv from the schemas as they
 * stand in it, with all that the guards need. It imports nothing and evaluates nothing, so that it runs in Node
 * and, under any content security policy, in a browser.
 */
export async function generateValidators(schemas: SchemaSet, title: ContractTitle): Promise<string> {
  const modules = new Map([
    ['contract:json', compile(schemas, false)],
    ['contract:text', compile(schemas, true)],
    ['contract:validators', schemas.guards.map(reexport).join('\n')],
  ]);
  const bundle = await rolldown({
    input: 'contract:validators',
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
  return `${preamble(title)}\n${output[0].code}`;
}

/** The text of validators.d.ts. */
export function declareValidators(
  schemas: SchemaSet,
  title: ContractTitle,
  guardModule: GuardModule,
): string {
  const guards = schemas.guards.map(({ name, type, fromText }) => {
    const comment = fromText
      ? 'Takes values that arrive as text: converts them and fills in defaults, in place.'
      : '';
    return ts`
      ${docComment(comment)}
      export const ${name}: Guard<${type}>;
    `;
  });
  return ts`
    ${preamble(title)}
    import type { Guard } from '${guardModule}';
    import type * as models from './models.ts';

    ${guards}

  `;
}

function compile(schemas: SchemaSet, fromText: boolean): string {
  const code = { source: true, esm: true, lines: true };
  const ajv = createAjv(schemas.dialect, fromText ? { code, ...textOptions } : { code });
  addDefinitions(ajv, schemas, fromText);
  const exported = schemas.guards.flatMap((guard, index) =>
    guard.fromText === fromText ? [[exportName(index), keyOfDefinition(guard.definition)]] : [],
  );
  return exported.length === 0 ? '' : standalone(ajv, Object.fromEntries(exported));
}

/** Ajv exports names of ASCII letters alone; the bundle gives guards their own. */
function exportName(index: number): string {
  return `guard${index}`;
}

function reexport({ name, fromText }: GuardModel, index: number): string {
  return `export { ${exportName(index)} as ${name} } from 'contract:${fromText ? 'text' : 'json'}';`;
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
