import { errorCode } from '../shared/errors.ts';

/** A module that needs a package which only some applications install. */
export interface OptionalPackage<Module> {
  /** The npm package that `load` imports. */
  readonly packageName: string;
  readonly load: () => Promise<Module>;
}

/** @throws Error that says which package to install, if it is missing */
export async function loadPackage<Module>({ packageName, load }: OptionalPackage<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message = `the package ${packageName} is not installed: run \`npm install ${packageName}\`.`;
    throw new Error(message, { cause });
  }
}
