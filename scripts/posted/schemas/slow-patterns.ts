import type { AttackPattern, Diagnostics } from 'recheck';
import type { ContractDocument } from '../contract/contract-document.ts';
import type { Definition } from './definitions.ts';
import { isDeterministic } from './deterministic-pattern.ts';
import { isSchemaObject, type JsonSchema, subschemasOf } from './json-schema.ts';
import { unicodePattern } from './pattern.ts';
import type { SchemaSet } from './schema-set.ts';

const defaultTimeoutMs = 1000;

/** With at most this many steps, a pattern whose text is bounded by `maxLength` takes milliseconds. */
const harmlessSteps = 10_000_000;

/** Each may double the number of ways to match a text. */
const fewAlternatives = 8;

/** By pattern, because contracts repeat them, and `--watch` reads a contract again and again. */
const analyses = new Map<string, Diagnostics>();

/**
 * Warns of each pattern for which there are texts that take a regular expression engine much longer than their length
 * explains, because one message with such a text blocks the server.
 *
 * @param timeoutMs how long the analysis of a pattern may take; one that takes longer is not reported
 */
export async function warnOfSlowPatterns(
  document: ContractDocument,
  schemas: SchemaSet,
  timeoutMs = defaultTimeoutMs,
): Promise<void> {
  for (const definition of schemas.definitions.values()) await check(definition, definition.schema, []);

  async function check(definition: Definition, schema: JsonSchema, keys: readonly string[]): Promise<void> {
    if (!isSchemaObject(schema)) return;
    const { pattern, patternProperties, maxLength } = schema;
    if (typeof pattern === 'string') await warn(definition.locate([...keys, 'pattern']), pattern, maxLength);
    for (const name of isSchemaObject(patternProperties) ? Object.keys(patternProperties) : []) {
      await warn(definition.locate([...keys, 'patternProperties', name]), name, undefined);
    }
    for (const [more, subschema] of subschemasOf(schema))
      await check(definition, subschema, [...keys, ...more]);
  }

  async function warn(pointer: string, pattern: string, maxLength: unknown): Promise<void> {
    const found = await findAttack(unicodePattern(pattern), timeoutMs);
    if (found === null) return;
    const { growth, degree, attack } = found;
    if (typeof maxLength === 'number' && maxLength ** degree <= harmlessSteps) return;
    const rewrite =
      'rewrite it so that only one repetition can match a text, such as `a+` instead of `(a+)+`';
    document.warn(
      pointer,
      `the pattern takes ${growth} time for texts such as ${attack}`,
      degree === Number.POSITIVE_INFINITY ? rewrite : `${rewrite}, or limit the text with \`maxLength\``,
    );
  }
}

interface SlowPattern {
  readonly growth: string;
  /** Of the polynomial that bounds the steps; infinite if they are exponential. */
  readonly degree: number;
  /** A text, as an expression in JavaScript. */
  readonly attack: string;
}

async function findAttack(pattern: string, timeoutMs: number): Promise<SlowPattern | null> {
  if (isObviouslyLinear(pattern) || isDeterministic(pattern)) return null;
  const analysis = analyses.get(pattern) ?? (await analyze(pattern, timeoutMs));
  analyses.set(pattern, analysis);
  if (analysis.status !== 'vulnerable') return null;
  const { attack, complexity } = analysis;
  if (complexity.type === 'exponential') {
    return { growth: 'exponential', degree: Number.POSITIVE_INFINITY, attack: expressionFor(attack) };
  }
  const { degree } = complexity;
  const growth = degree === 2 ? 'quadratic' : `polynomial (degree ${degree})`;
  return { growth, degree, attack: expressionFor(attack) };
}

/** recheck's own expression is not valid JavaScript for all characters. */
function expressionFor({ pumps, base, suffix }: AttackPattern): string {
  const parts = pumps.flatMap(({ prefix, pump, bias }) => [
    ...(prefix === '' ? [] : [JSON.stringify(prefix)]),
    `${JSON.stringify(pump)}.repeat(${base + bias})`,
  ]);
  return [...parts, JSON.stringify(suffix)].join(' + ');
}

async function analyze(pattern: string, timeout: number): Promise<Diagnostics> {
  // The other implementations start Java or a worker.
  process.env.RECHECK_SYNC_BACKEND = 'pure';
  // Imported on demand: loading it takes longer than checking most contracts.
  const { checkSync } = await import('recheck');
  return checkSync(pattern, 'u', { timeout });
}

/**
 * Whether a pattern has nothing to backtrack into: no alternatives or backreferences, and only repetitions of a fixed length or, in an
 * anchored pattern without repeated groups, a single one of a variable length; or a few alternatives, and no repetition but of
 * a fixed length of characters.
 */
function isObviouslyLinear(pattern: string): boolean {
  const atoms = pattern
    .replaceAll(/\\[pPu]\{[^}]*\}|\\.|\[(?:[^\\\]]|\\.)*\]/gs, (atom) => (/^\\[1-9k]/.test(atom) ? '|' : 'a'))
    .replaceAll(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '(');
  const variable = [...atoms.matchAll(/[*+?]|\{\d+,\d*\}/g)].length;
  const alternatives = atoms.split('|').length - 1;
  if (alternatives > 0) {
    const isBackreference = /\\[1-9k]/.test(pattern);
    return !isBackreference && variable === 0 && alternatives <= fewAlternatives && !/\)\{/.test(atoms);
  }
  return variable === 0 || (variable === 1 && atoms.startsWith('^') && !/\)[*+?{]/.test(atoms));
}
