/** What generated code imports the runtime from: a module specifier for each of its entry points. */
export interface RuntimeModules {
  /** The types that generated data is made of. */
  readonly contract: string;
  readonly server: string;
  readonly client: string;
  readonly rest: string;
}

/** What the relative imports of generated code end in: `ts` for what runs as it is, `js` for what is compiled. */
export type ImportExtension = 'ts' | 'js';

/** How generated code imports what it does not hold itself. */
export interface ImportStyle {
  readonly runtime: RuntimeModules;
  readonly extension: ImportExtension;
}

/** The installed package. */
export const packageModules: RuntimeModules = {
  contract: 'posted/contract',
  server: 'posted/server',
  client: 'posted/client',
  rest: 'posted/rest',
};
