import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How a project's package.json lets Node find out which of its files are ES modules. */
export type ModuleType =
  /** All .js and .ts files are: `"type": "module"`. */
  | 'module'
  /** Each file's syntax decides, because the project has CommonJS files: no `type`. */
  | 'syntax';

/** The module type for a project, so that its own files keep working and those of `posted init` run as ES modules. */
export function moduleTypeFor(folder: string, declared: unknown): ModuleType {
  return declared === 'module' || !hasSources(folder) ? 'module' : 'syntax';
}

/** Files whose module system depends on package.json. */
const dependent = /(?<!\.d)\.[jt]sx?$/;

/** Whether a folder has source files, except in packages, hidden folders and the code that Posted generates. */
function hasSources(folder: string): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const isOther = entry.name === 'node_modules' || entry.name === 'generated' || entry.name.startsWith('.');
    if (isOther) return false;
    return entry.isDirectory() ? hasSources(join(folder, entry.name)) : dependent.test(entry.name);
  });
}
