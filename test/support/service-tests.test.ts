import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serviceTests } from './service-tests.ts';

const root = join(import.meta.dirname, '../..');

describe('the test files that may need a service', () => {
  it('are those that import services.ts, directly or not', () => {
    const files = serviceTests();
    expect(files).toContain('test/runtime/log/hints/servers.test.ts');
    expect(files).toContain('test/python/types.test.ts');
    expect(files).toContain('test/runtime/client/browser.test.ts');
    expect(files).not.toContain('test/runtime/log/tail.test.ts');
    expect(files).not.toContain('test/support/service-tests.test.ts');
  });

  it('include every file that skips tests where a program is missing', () => {
    const skipping = globSync('test/**/*.test.ts', { cwd: root })
      .map((path) => path.split(sep).join('/'))
      .filter((path) => /^ *(?:describe|it)\.skipIf\(/m.test(readFileSync(join(root, path), 'utf8')));
    expect(serviceTests()).toEqual(expect.arrayContaining(skipping));
    expect(skipping.length).toBeGreaterThan(10);
  });
});
