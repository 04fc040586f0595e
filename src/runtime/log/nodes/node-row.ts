/** Another node, as it is registered. */
export interface NodeRow {
  readonly id: string;
  readonly address: string;
  readonly version: string;
  /** JSON: values by the name of the setting. */
  readonly settings: string;
  /** JSON: an array of fingerprints. */
  readonly keys: string;
  /** How long ago it renewed its row. */
  readonly silent_ms: number;
}

/** The settings that differ, with both values; a setting that only one of the versions knows counts too. */
export function describeDifferences(
  settings: Readonly<Record<string, string>>,
  other: NodeRow,
): readonly string[] {
  const theirs = JSON.parse(other.settings) as Readonly<Record<string, string>>;
  return [...new Set([...Object.keys(settings), ...Object.keys(theirs)])]
    .filter((name) => settings[name] !== theirs[name])
    .toSorted()
    .map((name) => `${name} is ${show(settings[name])} here and ${show(theirs[name])} there`);
}

/** Whether there is a key that both have; a node without keys has tokens checked elsewhere. */
export function shareKey(keys: readonly string[], other: NodeRow): boolean {
  const theirs = JSON.parse(other.keys) as readonly string[];
  return keys.length === 0 || theirs.length === 0 || keys.some((key) => theirs.includes(key));
}

function show(value: string | undefined): string {
  return value === undefined ? 'unknown' : `"${value}"`;
}
