import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, parseDocument, type YAMLMap } from 'yaml';
import { Terminal } from './terminal.ts';

/** A fenced code block. */
export interface Block {
  readonly language: string;
  readonly code: string;
}

/** Commands that are not run: they need the registry, or the project exists already. */
const prepared = new Set([
  'npm create posted@latest my-app',
  'npm create posted@latest my-durable-app -- --durable',
  'cd my-app',
  'cd my-durable-app',
  'npm install',
  'npm install prom-client',
]);

/** Follows the code blocks of the tutorial in a project, whose server uses `port` instead of 8080. */
export class TutorialReader {
  readonly #project: string;
  readonly #port: number;
  /** By command: those that were not closed. */
  readonly #terminals = new Map<string, Terminal>();

  constructor(project: string, port: number) {
    this.#project = project;
    this.#port = port;
  }

  /** @throws Error if a block cannot be followed, or if a command does not print what the tutorial shows */
  async follow(blocks: readonly Block[]): Promise<void> {
    for (const { language, code } of blocks) {
      if (language === 'console') await this.#useTerminals(code);
      else if (language === 'sh') await this.#runCommands(code);
      else this.#useFile(language, code);
    }
  }

  /** The first line is `// path`, or `// in path` for a part of a file that exists. */
  #useFile(language: string, code: string): void {
    const [title, kind, name = ''] = /^(?:\/\/|#) (in )?(\S+)\n/.exec(code) ?? [];
    if (title === undefined) throw new Error(`This block does not name its file:\n${code}`);
    const [path, content] = [join(this.#project, name), code.slice(title.length)];
    if (kind !== undefined) {
      if (!readFileSync(path, 'utf8').includes(content))
        throw new Error(`${name} does not have:\n${content}`);
    } else if (language === 'yaml') {
      addToContract(path, content);
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  async #runCommands(code: string): Promise<void> {
    for (const command of code.trim().split('\n')) {
      // `posted dev`, which has its own tests, would also react to the files that the reader writes.
      if (command === 'npm run dev') await this.#open('npm start').read('The page is at …');
      else if (!prepared.has(command)) throw new Error(`Show this command in a console block: ${command}`);
    }
  }

  /** Lines with a prompt are commands, amounts are typed, and all others must be printed in this order. */
  async #useTerminals(code: string): Promise<void> {
    for (const [, command = '', shown = ''] of code.matchAll(/^\$ (.*)\n((?:[^$].*\n)*)/gm)) {
      const terminal = this.#terminals.get(command) ?? this.#open(command);
      for (const line of shown.split('\n').filter(Boolean)) {
        if (/^[\d.]+$/.test(line)) terminal.type(line);
        else if (line !== '…') await terminal.read(this.#withPort(line));
      }
      if (/\bnpm (?:start|run client)\b/.test(command)) continue;
      await terminal.ended({ isFailure: shown.includes(': error ') });
      this.#terminals.delete(command);
    }
  }

  #open(command: string): Terminal {
    const env = { PORT: String(this.#port) };
    const terminal = new Terminal(this.#withPort(command), { cwd: this.#project, env });
    this.#terminals.set(command, terminal);
    return terminal;
  }

  #withPort(text: string): string {
    return text.replace(/:8080\b/, `:${this.#port}`);
  }
}

/** Adds each entry to the section of the contract with the same name. */
function addToContract(path: string, addition: string): void {
  const contract = parseDocument(readFileSync(path, 'utf8'));
  addEntries(contract.contents as YAMLMap, parseDocument(addition).contents as YAMLMap);
  writeFileSync(path, contract.toString({ lineWidth: 0 }));
}

function addEntries(target: YAMLMap, addition: YAMLMap): void {
  for (const entry of addition.items) {
    const existing = target.get(entry.key, true);
    if (isMap(existing) && isMap(entry.value)) addEntries(existing, entry.value);
    else target.add(entry);
  }
}
