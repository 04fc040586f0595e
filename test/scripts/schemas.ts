import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContract } from '../../scripts/posted/contract/contract-document.ts';
import { ContractNode } from '../../scripts/posted/contract/contract-node.ts';
import { checkSchemas } from '../../scripts/posted/schemas/check-schemas.ts';
import type { Dialect } from '../../scripts/posted/schemas/definitions.ts';
import { generateClientValidators } from '../../scripts/posted/schemas/generate-client-validators.ts';
import { generateModels } from '../../scripts/posted/schemas/generate-models.ts';
import { generateValidators } from '../../scripts/posted/schemas/generate-validators.ts';
import { SchemaSet } from '../../scripts/posted/schemas/schema-set.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';

/** The components of a contract. */
interface Contract {
  readonly schemas: Readonly<Record<string, unknown>>;
  /** The payloads and headers of messages. */
  readonly messages?: Readonly<Record<string, unknown>>;
}

/** Reads the schemas of a contract without checking them. */
export async function readSchemas(
  folder: string,
  { schemas, messages = {} }: Contract,
  dialect: Dialect = 'draft-07',
) {
  const file = join(folder, 'contract.json');
  writeFileSync(file, JSON.stringify({ components: { schemas, messages } }));
  const document = await readContract(file);
  const root = new ContractNode(document);
  return { document, root, set: new SchemaSet(document, dialect, root.get('components', 'schemas')) };
}

type Guards = Readonly<Record<string, Guard<unknown>>>;

/** Generates models and validators into a project's folder `generated`. Returns the guards by name. */
export async function generateSchemas(project: string, set: SchemaSet) {
  const [folder, title] = [
    join(project, 'generated'),
    { file: 'contract.json', title: 'Schemas', version: '1' },
  ];
  const models = await generateModels(set, title);
  const options = { guardModule: '../src/guard.ts', extension: 'ts', forClients: 'all' } as const;
  const validators = await generateValidators(set, title, options);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'models.ts'), models);
  writeFileSync(join(folder, 'validators.ts'), validators);
  const { source, imported } = generateClientValidators(set, set.guards, title, 'ts');
  writeFileSync(join(folder, 'client-validators.ts'), source);
  const guards: Guards = await import(join(folder, 'validators.ts'));
  const clientGuards: Guards = await import(join(folder, 'client-validators.ts'));
  return { models, guards, clientGuards, imported };
}

/** The problems and warnings of schemas, with pointers relative to components.schemas. */
export async function judge(folder: string, contract: Contract, dialect?: Dialect) {
  const { document, set } = await readSchemas(folder, contract, dialect);
  let problems: readonly string[] = [];
  try {
    checkSchemas(document, set);
    document.throwProblems();
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    problems = thrown.message.split('\n');
  }
  return { problems: problems.map(withoutFile), warnings: document.warnings.map(withoutFile) };
}

function withoutFile(line: string): string {
  return line.replace(/^.*? {2}(?:\/components\/schemas\/)?/, '');
}
