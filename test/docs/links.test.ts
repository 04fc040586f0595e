import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from './examples.ts';

const folders = ['.', 'docs', 'docs/decisions', 'src/runtime', 'scripts/posted'];
const pages = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('references in the documentation', () => {
  it.each(pages)('lead to files and headings that exist in %s', (page) => {
    const targets = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
    expect(targets.filter((target) => !/^https?:/.test(target) && !exists(page, target))).toEqual([]);
  });

  it('name files and folders that exist in CONTRIBUTING.md', () => {
    const paths = readPage('CONTRIBUTING.md').match(/\b(?:src|test|scripts|bench)\/[\w./-]*\w/g) ?? [];
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

function exists(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  const headings = [...readPage(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.some((heading) => slug(heading) === anchor);
}

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
