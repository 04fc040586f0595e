import { closest, distance } from 'fastest-levenshtein';
import { quote, readTextFile } from './setting-text.ts';

/**
 * Reads a JSON object. Unknown names and a file that cannot be read are returned as mistakes, which never
 * quote a value.
 */
export function readConfigFile(path: string, names: readonly string[]): ConfigFile {
  try {
    const object = parseObject(readTextFile(path));
    const unknown = Object.keys(object).filter((name) => !names.includes(name));
    return {
      values: new Map(Object.entries(object)),
      mistakes: unknown.map((name) => `${path}: ${describeUnknown(name, names)}`),
    };
  } catch (thrown) {
    return { values: new Map(), mistakes: [`${path}: ${messageOf(thrown)}.`] };
  }
}

export interface ConfigFile {
  readonly values: ReadonlyMap<string, unknown>;
  readonly mistakes: readonly string[];
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The rest of the message quotes the text.
    const position = /line \d+ column \d+/.exec(messageOf(cause))?.[0];
    throw new Error(`the file is not valid JSON${position === undefined ? '' : ` (${position})`}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error('the file must contain a JSON object');
}

function describeUnknown(name: string, names: readonly string[]): string {
  const suggestion = similarTo(name, names);
  const hint = suggestion === undefined ? 'See --help for all names.' : `Did you mean ${suggestion}?`;
  return `unknown setting ${quote(name)}. ${hint}`;
}

const maxCompared = 64;

function similarTo(name: string, names: readonly string[]): string | undefined {
  if (name.length > maxCompared) return undefined;
  const word = normalize(name);
  const best = closest(word, names.map(normalize));
  return distance(word, best) <= best.length / 2 ? names.find((each) => normalize(each) === best) : undefined;
}

/** Lets `maxBodyBytes` and `max-body-bytes` match MAX_BODY_BYTES. */
function normalize(name: string): string {
  return name.replaceAll(/[^a-z0-9]/gi, '').toUpperCase();
}
