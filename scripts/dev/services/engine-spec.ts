/** What can be started: how it is found, prepared, run and named. */
export interface EngineSpec {
  readonly name: string;
  /** How to get it on Debian. */
  readonly install: string;
  /** What it listens on where nothing else does. */
  readonly usualPort: number;
  /** Whether what it takes is installed. */
  isInstalled(): boolean;
  /** Makes the files that it needs, and says how to run it. Called once for a folder. */
  prepare(place: EnginePlace): Promise<readonly EngineCommand[]>;
  /** As a setting of the server takes it. */
  urlOf(place: EnginePlace): string;
}

/** Where one runs, and who may use it. */
export interface EnginePlace {
  /** Its own, and empty before it is prepared. */
  readonly folder: string;
  /** The IPv4 address that it listens on, alone. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Whether it speaks TLS, and with what; undefined for plain TCP. */
  readonly tls: TlsFiles | undefined;
}

/** Paths of files in PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A process of it. */
export interface EngineCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whom it runs as, where it refuses to run as root. */
  readonly owner?: EngineOwner;
}

export interface EngineOwner {
  readonly uid: number;
  readonly gid: number;
}
