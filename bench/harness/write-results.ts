import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { renderSvg } from './render-svg.ts';
import { renderTables } from './render-tables.ts';
import type { Results } from './results.ts';

/** Writes results.json, tables.md and a plot per scenario to the folder, which is created if needed. */
export async function writeResults(folder: string, results: Results): Promise<void> {
  await writeData(folder, results);
  await writeFile(join(folder, 'tables.md'), renderTables(results));
}

const marked = /(?<=<!-- results -->\n\n)[\s\S]*?(?=\n<!-- \/results -->)/;

/** A Markdown document that shows results. */
export interface Report {
  /** Writes the tables between the markers, and results.json and the plots to the folder with the document's name. */
  write(results: Results): Promise<void>;
}

/** @throws Error if the document does not exist or has no markers */
export async function openReport(file: string): Promise<Report> {
  const folder = file.replace(/\.md$/, '');
  const text = await readFile(file, 'utf8');
  if (folder === file || !marked.test(text)) {
    throw new Error(`${file} must contain the markers <!-- results --> and <!-- /results -->.`);
  }
  return {
    async write(results) {
      await writeData(folder, results);
      const tables = renderTables(results, `${basename(folder)}/`);
      await writeFile(
        file,
        text.replace(marked, () => tables),
      );
    },
  };
}

async function writeData(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  for (const scenario of results.scenarios) {
    await writeFile(join(folder, `${scenario.name}.svg`), renderSvg(scenario));
  }
}

/** @throws Error if the file was not written by `writeResults` */
export async function readResults(file: string): Promise<Results> {
  const results: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof results === 'object' && results !== null && 'scenarios' in results) return results as Results;
  throw new Error(`${file} is not a results.json written by \`npm run bench -- --out\`.`);
}
