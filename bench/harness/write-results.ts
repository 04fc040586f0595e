import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderSvg } from './render-svg.ts';
import type { Results } from './results.ts';

/** Writes results.json, tables.md and a plot of each scenario into the folder, which is made if need be. */
export async function writeResults(folder: string, results: Results, tables: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(folder, 'tables.md'), tables);
  for (const scenario of results.scenarios) {
    await writeFile(join(folder, `${scenario.name}.svg`), renderSvg(scenario));
  }
}

/** @throws Error where the file is none that `writeResults` wrote */
export async function readResults(file: string): Promise<Results> {
  const results: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof results === 'object' && results !== null && 'scenarios' in results) return results as Results;
  throw new Error(`${file} is no results.json of \`npm run bench -- --out\`.`);
}
