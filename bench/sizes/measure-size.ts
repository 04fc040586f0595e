import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../..');

export interface Bytes {
  readonly minified: number;
  readonly gzip: number;
}

/** The code of a page, as users bundle it: minified, for the browsers that Baseline calls widely available. */
export interface Size {
  /** What the page loads before anything runs. */
  readonly initial: Bytes;
  /** What is loaded on demand: the sum of all other chunks. */
  readonly onDemand: Bytes;
  /** By path from the root of the repository: the modules in the initial code, and the bytes of each before minification. */
  readonly modules: ReadonlyMap<string, number>;
}

/** @param entry the module of the page */
export async function measureSize(entry: string): Promise<Size> {
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
    transform: { target: 'es2022' },
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'esm', minify: true, comments: false });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const initial = new Set(chunks.filter(({ isEntry }) => isEntry));
  // Iterating over a set includes values that are added meanwhile.
  for (const { imports } of initial) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) initial.add(chunk);
  }
  const modules = [...initial].flatMap((chunk) => Object.entries(chunk.modules));
  return {
    initial: sizeOf([...initial]),
    onDemand: sizeOf(chunks.filter((chunk) => !initial.has(chunk))),
    modules: new Map(
      modules
        .filter(([, { renderedLength }]) => renderedLength > 0)
        .map(([id, { renderedLength }]) => [relative(root, id), renderedLength]),
    ),
  };
}

function sizeOf(chunks: readonly OutputChunk[]): Bytes {
  const sum = (bytesOf: (code: string) => number): number =>
    chunks.reduce((bytes, { code }) => bytes + bytesOf(code), 0);
  return {
    minified: sum((code) => Buffer.byteLength(code)),
    gzip: sum((code) => gzipSync(code, { level: 9 }).length),
  };
}
