import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../scripts/generator.ts';
import { documentPath } from './generate-document.ts';
import { renderAttempts, tryDocuments } from './try-documents.ts';

const folder = tempFolder();

it('says of each document whether it works, and why not', async () => {
  copyFileSync(documentPath('bodies'), join(folder, 'bodies.yaml'));
  writeFileSync(join(folder, 'swagger.json'), '{ "swagger": "2.0", "paths": {} }');
  const table = renderAttempts(await tryDocuments(folder)).split('\n');
  expect(table).toEqual([
    '| document | outcome |',
    '| --- | --- |',
    '| bodies.yaml | accepted: 9 of 9 operations called |',
    expect.stringMatching(/^\| swagger\.json \| .*this is not an OpenAPI 3\.0, 3\.1 or 3\.2 document/),
    '',
    '1 of 2 accepted',
  ]);
});
