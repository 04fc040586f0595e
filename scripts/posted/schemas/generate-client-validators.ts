import { type ContractTitle, preamble } from '../source/preamble.ts';
import { type ImportExtension, separate, ts } from '../source/typescript-source.ts';
import { CheckSource } from './check-source.ts';
import type { GuardModel, SchemaSet } from './schema-set.ts';

export interface ClientValidators {
  /** The text of client-validators.ts. */
  readonly source: string;
  /** The names of the guards that it takes from validators.ts. */
  readonly imported: ReadonlySet<string>;
}

/** The guards of generated clients: as small as possible, because pages load them. Those that cannot be are Ajv's. */
export function generateClientValidators(
  schemas: SchemaSet,
  guards: readonly GuardModel[],
  title: ContractTitle,
  extension: ImportExtension,
): ClientValidators {
  const checks = new CheckSource(schemas, ['models', 'validators', ...guards.map(({ name }) => name)]);
  const written = guards.map((guard) => ({ ...guard, check: checks.of(guard) }));
  const imported = new Set(written.flatMap(({ name, check }) => (check === null ? [name] : [])));
  const exported = written.map(({ name, type, check }) =>
    check === null
      ? `export const ${name} = validators.${name};`
      : `export const ${name}: Guard<${type}> = guardOf(${check});`,
  );
  const functions = ['guardOf', ...checks.functions].toSorted();
  const source = ts`
    ${preamble(title, 'typescript')}
    ${imported.size < guards.length ? `import { ${functions.join(', ')} } from 'posted/checks';` : null}
    ${imported.size < guards.length ? `import type { Guard } from 'posted/contract';` : null}
    ${imported.size < guards.length ? `import type * as models from './models.${extension}';` : null}
    ${imported.size > 0 ? `import * as validators from './validators.${extension}';` : null}

    ${checks.declarations.length > 0 ? checks.declarations.join('\n') : null}

    ${separate(exported)}

  `;
  return { source, imported };
}
