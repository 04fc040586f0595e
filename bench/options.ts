import { parseArgs } from 'node:util';

/** An integer option of the command line. */
export interface NumberOption {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly description: string;
}

export interface OptionsSpec<Numbers extends Record<string, NumberOption>, Flag extends string> {
  /** The name of the file without `.ts`. */
  readonly name: string;
  /** What the benchmark measures, in lines that fit a terminal. */
  readonly summary: string;
  readonly numbers: Numbers;
  /** The descriptions of boolean options, by name. */
  readonly flags?: Readonly<Record<Flag, string>>;
}

/** Parses the command line strictly. Exits after `--help`, and with 2 after an error. */
export function readOptions<const Numbers extends Record<string, NumberOption>, Flag extends string = never>(
  spec: OptionsSpec<Numbers, Flag>,
): { readonly [Name in keyof Numbers]: number } & { readonly [Name in Flag]: boolean } {
  try {
    const { help, ...flags } = parse(spec);
    if (help !== true) return flags as ReturnType<typeof readOptions<Numbers, Flag>>;
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exit(2);
  }
  process.stdout.write(renderHelp(spec));
  process.exit(0);
}

type AnySpec = OptionsSpec<Record<string, NumberOption>, string>;

function parse({ numbers, flags = {} }: AnySpec): Record<string, number | boolean> {
  const { values }: { readonly values: Readonly<Record<string, unknown>> } = parseArgs({
    options: Object.fromEntries([
      ...Object.keys(numbers).map((name) => [name, { type: 'string' as const }]),
      ...[...Object.keys(flags), 'help'].map((name) => [name, { type: 'boolean' as const, default: false }]),
    ]),
  });
  const read = Object.entries(numbers).map(([name, { fallback, min, max }]) => {
    const value = Number(values[name] ?? fallback);
    if (Number.isInteger(value) && value >= min && value <= max) return [name, value];
    throw new Error(`--${name} must be an integer from ${min} to ${max}.`);
  });
  return { ...values, ...Object.fromEntries(read) };
}

function renderHelp({ name, summary, numbers, flags = {} }: AnySpec): string {
  const rows = [
    ...Object.entries(numbers).map(([option, { fallback, min, max, description }]) => [
      `--${option} N`,
      `${description} (${min} to ${max}; default ${fallback})`,
    ]),
    ...Object.entries(flags).map(([option, description]) => [`--${option}`, description]),
    ['--help', 'print this help'],
  ];
  const lines = rows.map(([option = '', description]) => `  ${option.padEnd(20)}${description}`);
  return `Usage: node bench/${name}.ts [options]

${summary}
The server is a separate process on 127.0.0.1, with its embedded store in a new folder. Progress is printed
to standard error, the result to standard output as one JSON object. The cost of the server is read from
/proc (Linux). The exit code is 1 if the result is void.

${lines.join('\n')}
`;
}
