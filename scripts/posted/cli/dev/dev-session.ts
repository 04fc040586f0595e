import { basename, dirname, resolve } from 'node:path';
import { formatProblem, GenerationError } from '../../contract/generation-error.ts';
import type { LoadOptions, Reporter } from '../../generate-files.ts';
import { FileChanges } from '../file-changes.ts';
import { generateProject } from '../generate-folder.ts';
import { checkTypes } from './check-types.ts';
import { createDashboard, type Dashboard } from './dashboard.ts';
import { FolderChanges } from './folder-changes.ts';
import { ServerProcess } from './server-process.ts';

export interface DevOptions extends LoadOptions {
  /** The AsyncAPI document. */
  readonly document: string;
  /** The folder of the generated code. */
  readonly out: string;
  /** The file that starts the server. */
  readonly entry: string;
}

/**
 * Keeps a project's generated code, type check and server up to date until `signal` is aborted. A server that runs
 * stays as it is while the contract or the types have errors.
 */
export async function develop(options: DevOptions, signal: AbortSignal): Promise<void> {
  const session = new DevSession(options);
  try {
    await session.run(signal);
  } finally {
    await session.close();
  }
}

class DevSession {
  readonly #options: DevOptions;
  readonly #dashboard: Dashboard;
  readonly #contract = new FileChanges();
  readonly #sources: FolderChanges;
  readonly #server: ServerProcess;
  #contractFiles: readonly string[];

  constructor(options: DevOptions) {
    this.#options = options;
    this.#contractFiles = [options.document];
    this.#dashboard = createDashboard(basename(resolve('.')));
    this.#sources = new FolderChanges('.', [basename(options.out), 'dist']);
    this.#server = new ServerProcess({
      folder: '.',
      entry: options.entry,
      onLine: (line) => this.#dashboard.line(line),
      onExit: (reason) => this.#dashboard.show('server', { kind: 'bad', text: `ended with ${reason}` }),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#contract.watch(this.#contractFiles);
    let isGenerated = await this.#generate();
    let isCurrent = await this.#checkAndRestart(isGenerated, true);
    while (!signal.aborted) {
      const { contractChanged, paths } = await this.#nextChange(signal);
      if (signal.aborted) return;
      if (contractChanged) isGenerated = await this.#generate();
      // A change that could not be served yet is served as soon as the errors are fixed.
      const affectsServer =
        !isCurrent || contractChanged || [...paths].some((path) => this.#isOfServer(path));
      isCurrent = await this.#checkAndRestart(isGenerated, affectsServer);
    }
  }

  async close(): Promise<void> {
    this.#contract.close();
    this.#sources.close();
    await this.#server.stop();
  }

  async #nextChange(signal: AbortSignal) {
    const first = new AbortController();
    const either = AbortSignal.any([signal, first.signal]);
    const stopOther = <Value>(value: Value): Value => {
      first.abort();
      return value;
    };
    const [contractChanged, paths] = await Promise.all([
      this.#contract.next(either).then(stopOther),
      this.#sources.next(either).then(stopOther),
    ]);
    return { contractChanged, paths };
  }

  /** Files next to the one that starts the server, or in the project's own folder, such as its settings. */
  #isOfServer(path: string): boolean {
    const folder = dirname(this.#options.entry);
    return !path.includes('/') || folder === '.' || path.startsWith(`${folder}/`);
  }

  /** Resolves with whether the contract is valid. */
  async #generate(): Promise<boolean> {
    const { document, out } = this.#options;
    this.#dashboard.show('contract', { kind: 'busy', text: `generating from ${document}` });
    const [startMs, sinceMs] = [performance.now(), Date.now()];
    let problems: readonly string[] = [];
    let warnings = 0;
    const reporter: Reporter = { progress() {}, note() {}, warn: () => void warnings++ };
    try {
      this.#contractFiles = await generateProject(out, document, this.#options, reporter);
    } catch (thrown) {
      if (!(thrown instanceof GenerationError)) throw thrown;
      problems = thrown.problems.map(formatProblem);
    }
    const isValid = problems.length === 0;
    // The references of a broken contract are unknown: the fix may be in a file that was never read.
    await this.#contract.watch(this.#contractFiles, { anyDocument: !isValid, sinceMs });
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const note =
      warnings === 0 ? '' : `, ${count(warnings, 'warning')} (posted validate ${document} lists them)`;
    this.#dashboard.show(
      'contract',
      isValid
        ? { kind: 'good', text: `${document} generated in ${seconds} s${note}` }
        : { kind: 'bad', text: count(problems.length, 'problem'), problems },
    );
    return isValid;
  }

  /** Resolves with whether the server runs the current files, or has failed to. */
  async #checkAndRestart(isGenerated: boolean, affectsServer: boolean): Promise<boolean> {
    if (!isGenerated) {
      this.#dashboard.show('types', { kind: 'idle', text: 'waiting for a valid contract' });
      return this.#keepServer();
    }
    this.#dashboard.show('types', { kind: 'busy', text: 'checking' });
    const errors = await checkTypes('.');
    if (errors === null) {
      this.#dashboard.show('types', { kind: 'idle', text: 'not checked: typescript is not installed' });
    } else if (errors.length > 0) {
      const text = count(errors.filter((line) => !line.startsWith(' ')).length, 'error');
      this.#dashboard.show('types', { kind: 'bad', text, problems: errors });
      return this.#keepServer();
    } else {
      this.#dashboard.show('types', { kind: 'good', text: 'no errors' });
    }
    if (!affectsServer && this.#server.isRunning) return true;
    this.#dashboard.show('server', { kind: 'busy', text: 'starting' });
    await this.#server.restart();
    this.#dashboard.show('server', {
      kind: 'good',
      text: `running since ${new Date().toLocaleTimeString()}`,
    });
    return true;
  }

  #keepServer(): false {
    const text = this.#server.isRunning ? 'running without the last changes' : 'not running';
    this.#dashboard.show('server', { kind: 'idle', text });
    return false;
  }
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? '' : 's'}`;
}
