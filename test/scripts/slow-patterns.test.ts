import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { warnOfSlowPatterns } from '../../scripts/posted/schemas/slow-patterns.ts';
import { tempFolder } from './generator.ts';
import { readSchemas } from './schemas.ts';

const folder = tempFolder();

async function warningsFor(schema: object): Promise<readonly string[]> {
  const { document, set } = await readSchemas(folder, { schemas: { Text: schema } });
  await warnOfSlowPatterns(document, set, 30_000);
  return document.warnings.map((warning) => warning.replace(/^.* {2}\/components\/schemas\/Text\//, ''));
}

describe('a pattern', () => {
  it('that backtracks exponentially is reported with a text that shows it', async () => {
    expect(await warningsFor({ type: 'string', pattern: '^(a+)+$', maxLength: 100 })).toEqual([
      'pattern  the pattern takes exponential time for texts such as "a" + "a".repeat(31) + "\\u0000"; ' +
        'rewrite it so that only one repetition can match a text, such as `a+` instead of `(a+)+`',
    ]);
  });

  it('that takes quadratic time is reported unless maxLength bounds the text', async () => {
    const [warning, ...more] = await warningsFor({ type: 'string', pattern: '\\s+$' });
    expect(warning).toMatch(
      /^pattern {2}the pattern takes quadratic time .*, or limit the text with `maxLength`$/,
    );
    expect(more).toEqual([]);
    expect(await warningsFor({ type: 'string', pattern: '\\s+$', maxLength: 100_000 })).toHaveLength(1);
    expect(await warningsFor({ type: 'string', pattern: '\\s+$', maxLength: 1000 })).toEqual([]);
  });

  it('for the names of properties is reported, too', async () => {
    const warnings = await warningsFor({ type: 'object', patternProperties: { '^(b|b)*$': {} } });
    expect(warnings).toEqual([
      expect.stringMatching(/^patternProperties\/\^\(b\|b\)\*\$ {2}the pattern takes exp/),
    ]);
  });

  const harmless = [
    '^[A-Za-z0-9_-]{30}$',
    '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    '^([0-9a-f]{2}:){5}[0-9a-f]{2}$',
    '^[a-z]+/[0-9.]+$',
    '^(foo|bar)*$',
    '[(|*]',
    '^\\p{L}\\u{1f600}+$',
    '^[^\\u0000]*$',
  ];
  it.each(harmless)('is not reported if it takes linear time: %s', async (pattern) => {
    expect(await warningsFor({ type: 'string', pattern })).toEqual([]);
  });

  const slow = ['^(?:a*)*$', '^a*a*$', '^(a|a)*$', 'a*b'];
  it.each(slow)('is reported if several matches must be tried: %s', async (pattern) => {
    expect(await warningsFor({ type: 'string', pattern })).toHaveLength(1);
  });
});

describe('a contract with a slow pattern', () => {
  const payload = { type: 'string', pattern: '^(a+)+$' };
  const contract = {
    asyncapi: '3.0.0',
    info: { title: 'Names', version: '1.0.0' },
    channels: { names: { address: '/names', messages: { name: { payload } } } },
    operations: { name: { action: 'receive', channel: { $ref: '#/channels/names' } } },
  };

  it('gets a warning with its file, line and pointer, which is an error if warnings are', async () => {
    // Later analyses of the same pattern take no time, so this result does not depend on the machine.
    await warningsFor(payload);
    const file = join(folder, 'names.json');
    writeFileSync(file, JSON.stringify(contract, null, 2));
    const { warnings } = await loadAsyncapi(file);
    const place = `${file}:14:13  /channels/names/messages/name/payload/pattern  the pattern takes exponential`;
    expect(warnings.filter((warning) => warning.startsWith(place))).toHaveLength(1);
    await expect(loadAsyncapi(file, { strict: true })).rejects.toThrow(place);
  });
});
