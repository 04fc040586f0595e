import type { Command } from './command.ts';
import type { OptionTable } from './options.ts';

/** What `posted --help` prints. */
export function renderHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, operands, summary }) => [`${name} ${operands}`, [summary]] as const);
  return `Posted makes a typed, validated WebSocket server and its clients from an AsyncAPI document.

Usage: posted <command> [options]

Commands
${renderRows(rows)}
Options
${renderRows([
  ['--help', ['print this; after a command, what that command does']],
  ['--version', ['print the version']],
])}
Exit codes
${renderRows([
  ['0', ['all is well']],
  ['1', ['the contract has problems, or the generated files are not what it gives']],
  ['2', ['the command line is wrong']],
])}
Examples
  posted init my-project
  posted generate asyncapi.yaml --out generated
  posted generate --help
`;
}

/** What `posted <command> --help` prints. */
export function renderCommandHelp(command: Command): string {
  const { name, operands, about, options, examples } = command;
  return `Usage: posted ${name} ${operands}

${about}

Options
${renderRows(optionRows(options))}
Examples
${examples.map((example) => `  ${example}\n`).join('')}`;
}

function optionRows(options: OptionTable): readonly Row[] {
  return Object.entries(options).map(([name, { value, about }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    about,
  ]);
}

type Row = readonly [left: string, right: readonly string[]];

function renderRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .flatMap(([left, right]) =>
      right.map((line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}\n`),
    )
    .join('');
}
