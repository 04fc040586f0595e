import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ContractSource } from './contract-source.ts';
import { GenerationError } from './generation-error.ts';

/** Why a file cannot be read, and what to do about it. Completes the sentence `$ref "…" …`. */
export interface Unreadable {
  readonly what: string;
  readonly fix: string;
}

/** Which files a contract may refer to besides those in the folder of its main file. */
export interface AllowedFiles {
  /** Whether to follow references to http and https URLs. Default: false. */
  readonly allowRemote?: boolean;
  /** Whether to follow references to local files outside of the folder. Default: false. */
  readonly allowOutside?: boolean;
}

/** The limits of remote files, where they are allowed. */
const limits = { documents: 100, bytes: 4 * 1024 * 1024, timeoutMs: 10_000 };

/** The files of a contract. Each is read once. */
export class ContractFiles {
  readonly #allowed: AllowedFiles;
  readonly #paths = new Set<string>();
  readonly #sources = new Map<string, Promise<ContractSource | Unreadable>>();
  #main: { readonly file: string; readonly path: string } | null = null;
  #remotes = 0;

  constructor(allowed: AllowedFiles = {}) {
    this.#allowed = allowed;
  }

  /** The absolute paths of all requested local files, in the order of the requests. */
  get paths(): readonly string[] {
    return [...this.#paths];
  }

  /**
   * Reads the file that relative paths in problems are based on.
   *
   * @throws GenerationError for a file that cannot be read, or is neither JSON nor YAML
   */
  async readMain(file: string): Promise<ContractSource> {
    const url = pathToFileURL(file);
    this.#main = { file, path: fileURLToPath(url) };
    this.#paths.add(this.#main.path);
    try {
      const source = new ContractSource(file, url, await readFile(file, 'utf8'));
      this.#sources.set(url.href, Promise.resolve(source));
      if (source.value === undefined) throw new GenerationError(source.problems);
      return source;
    } catch (cause) {
      if (cause instanceof GenerationError) throw cause;
      const what = `the file cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
      throw new GenerationError([
        { file, line: 1, column: 1, pointer: '', what, fix: 'check the path and the permissions' },
      ]);
    }
  }

  /** Reads a file by its URL, which must not have a fragment. */
  read(address: string): Promise<ContractSource | Unreadable> {
    const known = this.#sources.get(address);
    if (known !== undefined) return known;
    const source = this.#read(new URL(address));
    this.#sources.set(address, source);
    return source;
  }

  async #read(url: URL): Promise<ContractSource | Unreadable> {
    try {
      switch (url.protocol) {
        case 'file:':
          return await this.#readLocal(url);
        case 'http:':
        case 'https:':
          return await this.#readRemote(url);
        default:
          return { what: `has the unsupported scheme ${url.protocol.slice(0, -1)}`, fix: 'refer to a file' };
      }
    } catch (thrown) {
      return { what: `cannot be read (${describe(thrown)})`, fix: 'correct the reference, or add the file' };
    }
  }

  async #readLocal(url: URL): Promise<ContractSource | Unreadable> {
    const path = fileURLToPath(url);
    const { file, path: main } = this.#main ?? { file: path, path };
    if (!this.#allowed.allowOutside) {
      const folder = dirname(main);
      // In this order, so that the answer does not reveal which files exist outside.
      if (!isInside(path, folder)) return outside;
      if (!isInside(await realpath(path), await realpath(folder))) return outside;
    }
    this.#paths.add(path);
    const text = await readFile(path, 'utf8');
    // Relative or absolute, as the main file was given.
    return new ContractSource(join(dirname(file), relative(dirname(main), path)), url, text);
  }

  async #readRemote(url: URL): Promise<ContractSource | Unreadable> {
    if (!this.#allowed.allowRemote) {
      return {
        what: 'refers to a remote file',
        fix: 'copy the file into this project, or allow remote files with --allow-remote',
      };
    }
    this.#remotes += 1;
    if (this.#remotes > limits.documents) {
      return {
        what: `exceeds the limit of ${limits.documents} remote files`,
        fix: 'copy the files into this project',
      };
    }
    const response = await fetch(url, { signal: AbortSignal.timeout(limits.timeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new ContractSource(url.href, url, await readBody(response));
  }
}

const outside: Unreadable = {
  what: "leaves the document's folder",
  fix: 'copy the file into that folder, or allow files outside of it with --allow-outside',
};

function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > limits.bytes) throw new Error(`it is larger than ${limits.bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Omits the paths of file system errors: the problem already shows the reference. */
function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code, cause, message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
