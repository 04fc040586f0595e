import type { Command, OptionTable } from './command.ts';

/** The output of `posted --help`. */
export function renderHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, operands, summary }) => [`${name} ${operands}`, [summary]] as const);
  return `Posted generates typed, validated WebSocket servers and clients from AsyncAPI documents.

Usage: posted <command> [options]

Commands
${renderRows(rows)}
Options
${renderRows([
  ['--help', ['show this help, or that of a command: posted <command> --help']],
  ['--version', ['print the version']],
])}
Exit codes
${renderRows([
  ['0', ['success']],
  ['1', ['the contract has problems or breaks clients, or the generated files are out of date']],
  ['2', ['the command line is invalid, or two contracts could not be compared']],
])}
Examples
  posted init my-project
  posted generate asyncapi.yaml --out generated
  posted generate --help
`;
}

/** The output of `posted <command> --help`. */
export function renderCommandHelp(command: Command): string {
  const { name, operands, description, options, examples } = command;
  return `Usage: posted ${name} ${operands}

${description}

Options
${renderRows(optionRows(options))}
Examples
${examples.map((example) => `  ${example}\n`).join('')}`;
}

function optionRows(options: OptionTable): readonly Row[] {
  return Object.entries(options).map(([name, { value, description }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    description,
  ]);
}

type Row = readonly [left: string, right: readonly string[]];

function renderRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .flatMap(([left, right]) =>
      right.map((text, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${text}\n`),
    )
    .join('');
}
