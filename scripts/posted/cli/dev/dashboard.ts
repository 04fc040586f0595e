import { styleText } from 'node:util';
import { printable } from '../../source/printable.ts';
import { print } from '../reporter.ts';

const parts = ['contract', 'types', 'server'] as const;
export type Part = (typeof parts)[number];

export interface PartState {
  readonly kind: 'busy' | 'good' | 'bad' | 'idle';
  readonly text: string;
  /** What is wrong and where, one problem a line. */
  readonly problems?: readonly string[];
}

/** Shows the state of each part of a project, and the last lines that its server printed. */
export interface Dashboard {
  show(part: Part, state: PartState): void;
  /** A line that the server printed. */
  line(text: string): void;
}

/** One screen on a terminal; otherwise a line for each change. */
export function createDashboard(title: string, output: NodeJS.WriteStream = process.stdout): Dashboard {
  return output.isTTY ? new Screen(title, output) : plainDashboard;
}

const plainDashboard: Dashboard = {
  show(part, { kind, text, problems = [] }) {
    if (kind === 'busy') return;
    print(`${part}: ${printable(text)}`);
    for (const problem of problems) print(`  ${printable(problem)}`);
  },
  // The server's own colors and links stay.
  line: (text) => void process.stdout.write(`server | ${text}\n`),
};

/** The most lines of the server that are kept: more than a terminal shows. */
const maxLines = 100;

const clear = '\x1b[2J\x1b[3J\x1b[H';

const marks = {
  busy: styleText('yellow', '…'),
  good: styleText('green', '✓'),
  bad: styleText('red', '✗'),
  idle: ' ',
} as const;

const unknown: PartState = { kind: 'idle', text: '' };

class Screen implements Dashboard {
  readonly #title: string;
  readonly #output: NodeJS.WriteStream;
  readonly #states = new Map<Part, PartState>();
  readonly #lines: string[] = [];
  #isDue = false;

  constructor(title: string, output: NodeJS.WriteStream) {
    this.#title = title;
    this.#output = output;
    output.on('resize', () => this.#draw());
  }

  show(part: Part, state: PartState): void {
    this.#states.set(part, state);
    this.#draw();
  }

  line(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length > maxLines) this.#lines.shift();
    this.#draw();
  }

  /** Draws once per turn of the event loop, however many lines arrive. */
  #draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#output.write(`${clear}${this.#render()}`);
    });
  }

  #render(): string {
    const { rows, columns } = this.#output;
    const states = parts.map((part) => ({ part, ...(this.#states.get(part) ?? unknown) }));
    const head = [
      `${styleText('bold', this.#title)}  ${styleText('dim', 'Ctrl-C stops it')}`,
      '',
      ...states.map(({ part, kind, text }) => `  ${part.padEnd(10)}${marks[kind]} ${printable(text)}`),
    ];
    const problems = states.flatMap((state) => state.problems ?? []).map(printable);
    // Problems come first, because what the server printed before them is out of date.
    const room = Math.max(rows - head.length - 2, 0);
    const shown = problems.length > 0 ? firstLines(problems, room) : this.#lines.slice(-room);
    return [...head, '', ...shown.map((text) => text.slice(0, columns))].join('\n');
  }
}

function firstLines(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  return [...lines.slice(0, room - 1), `and ${lines.length - room + 1} more lines`];
}
