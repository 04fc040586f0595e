import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { unknownKeywords } from '../../scripts/posted/schemas/unknown-keywords.ts';
import { tempFolder } from './generator.ts';

it('knows the keywords of JSON Schema, and leaves misspelled ones to the check of keywords', () => {
  const schema = { type: 'object', prefixItems: [], minLenght: 1, 'x-own': 1, is_ext_shared: true };
  expect(unknownKeywords(schema, '2020-12')).toEqual(['is_ext_shared']);
  expect(unknownKeywords(schema, 'draft-07')).toEqual(['prefixItems', 'is_ext_shared']);
});

it('warns of a keyword that means nothing, and drops it', async () => {
  const file = join(tempFolder(), 'contract.yaml');
  writeFileSync(
    file,
    `asyncapi: 3.0.0
info: { title: Keywords, version: 1.0.0 }
channels:
  a:
    address: /a
    messages:
      b:
        summary: B.
        payload: { type: string, is_ext_shared: { type: boolean } }
        examples: [{ payload: c }]
operations: { send: { action: send, channel: { $ref: '#/channels/a' } } }
`,
  );
  const { warnings, schemas } = await loadAsyncapi(file);
  const where = `${file}:9:34  /channels/a/messages/b/payload/is_ext_shared`;
  const what = '`is_ext_shared` is not a JSON Schema keyword, so it has no effect';
  expect(warnings).toEqual([`${where}  ${what}; remove it, or begin its name with \`x-\``]);
  expect(schemas.definitions.get('BPayload')?.schema).toEqual({ type: 'string' });
});
