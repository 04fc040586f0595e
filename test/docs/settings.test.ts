import { describe, expect, it } from 'vitest';
import { renderSettingsTable } from '../../src/feed-server/settings/help.ts';
import { readPage } from './examples.ts';

describe('docs/settings.md', () => {
  it('lists every setting of the feed server', () => {
    const [, table] =
      /<!-- settings -->\n\n([\s\S]*?)\n<!-- \/settings -->/.exec(readPage('docs/settings.md')) ?? [];
    expect(table).toBe(renderSettingsTable());
  });
});
