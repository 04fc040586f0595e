import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMarket } from '../runtime/limits/start-market.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { reason, startProgram } from './python.ts';

describe.skipIf(reason !== null)(`a Python client above a limit ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    const document = join(import.meta.dirname, '../runtime/limits/market/market.yaml');
    generated = await generatePackage(document, undefined, { install: false });
  });
  afterAll(() => generated?.remove());

  it('learns when to try again, and connects again after the 4429 for going on regardless', async () => {
    const { url, done } = await startMarket();
    const program = startProgram('market_app.py', generated.packages, { url });
    expect(await program.ended, program.stderr()).toBe(0);
    const accepted = { bid: 'accepted' };
    const refused = { bid: 'too_many_requests', after_ms: expect.any(Number) };
    const closed = { bid: 'closed', close_code: 4429 };
    expect(program.lines).toEqual([
      accepted,
      accepted,
      accepted,
      refused,
      { states: [] },
      ...Array.from({ length: 15 }, () => refused),
      closed,
      closed,
      { states: ['waiting', 'connecting', 'open'], close_codes: [4429] },
      refused,
    ]);
    expect(done).toHaveLength(3);
  });
});
