import { closest, distance } from 'fastest-levenshtein';
import { quote } from './quote.ts';
import { readTextFile } from './text-file.ts';

/**
 * Reads a JSON object. What it holds under other names than `names` comes back as mistakes, as does
 * what keeps the file from being read. No mistake quotes a value.
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
    // The rest of that message quotes the text.
    const place = /line \d+ column \d+/.exec(messageOf(cause))?.[0];
    throw new Error(`the text is not JSON${place === undefined ? '' : ` (${place})`}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error('the JSON is not an object');
}

function describeUnknown(name: string, names: readonly string[]): string {
  const suggestion = similarTo(name, names);
  const hint = suggestion === undefined ? 'See --help for the names.' : `Did you mean ${suggestion}?`;
  return `the name ${quote(name)} is unknown. ${hint}`;
}

const maxCompared = 64;

function similarTo(name: string, names: readonly string[]): string | undefined {
  if (name.length > maxCompared) return undefined;
  const word = plain(name);
  const best = closest(word, names.map(plain));
  return distance(word, best) <= best.length / 2 ? names.find((each) => plain(each) === best) : undefined;
}

/** `maxBodyBytes` and `max-body-bytes` are spellings of MAX_BODY_BYTES. */
function plain(name: string): string {
  return name.replaceAll(/[^a-z0-9]/gi, '').toUpperCase();
}
