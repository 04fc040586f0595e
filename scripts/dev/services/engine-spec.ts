/** How to find, configure and run an engine: a database or a broker. */
export interface EngineSpec {
  readonly name: string;
  /** The command that installs it on Debian. */
  readonly install: string;
  /** The port to use if it is free. */
  readonly defaultPort: number;
  /** Whether everything it needs is installed. */
  isInstalled(): boolean;
  /** Writes the engine's files, and resolves with the commands that run it. Called once per folder. */
  prepare(config: EngineConfig): Promise<readonly EngineCommand[]>;
  /** The URL for DATABASE_URL or BROKER_URL. */
  urlOf(config: EngineConfig): string;
}

export interface EngineConfig {
  /** The engine's own folder, empty until `prepare`. */
  readonly folder: string;
  /** The only IPv4 address to listen on. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Undefined for plain TCP. */
  readonly tls: TlsFiles | undefined;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A process of an engine. */
export interface EngineCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user to run as, for programs that refuse to run as root. */
  readonly owner?: EngineOwner;
}

export interface EngineOwner {
  readonly uid: number;
  readonly gid: number;
}
