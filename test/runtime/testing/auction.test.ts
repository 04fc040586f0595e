import { expect, it } from 'vitest';
import { generate } from '../../scripts/generator.ts';

const folder = 'test/runtime/testing/auction';

it.each([
  ['auction', `${folder}/auction.yaml`, `${folder}/generated`, 'server,client'],
  ['older auction', `${folder}/v1/auction.yaml`, `${folder}/v1/generated`, 'client'],
])('the code of the %s is what its contract generates', async (_name, contract, out, targets) => {
  expect(await generate(contract, '--out', out, '--targets', targets, '--check')).toMatchObject({ code: 0 });
});
