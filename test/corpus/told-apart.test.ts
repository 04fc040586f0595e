import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { tempFolder } from '../scripts/generator.ts';

const contract = join(tempFolder(), 'contract.json');

function message(properties: object, required: readonly string[]): object {
  return { payload: { type: 'object', properties, required } };
}

/** Messages that `op` tells apart, and some of them only `t`. */
function writeContract(isRequired: boolean): void {
  const needs = (...names: readonly string[]) => (isRequired ? names : []);
  const messages = {
    hello: message({ op: { const: 10 } }, needs('op')),
    ack: message({ op: { const: 11 } }, needs('op')),
    ready: message({ op: { const: 0 }, t: { const: 'READY' } }, needs('op', 't')),
    resumed: message({ op: { const: 0 }, t: { const: 'RESUMED' } }, needs('op', 't')),
  };
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Gateway', version: '1.0.0' },
    servers: { main: { host: 'localhost', protocol: 'ws' } },
    channels: { gateway: { address: '/', messages } },
    operations: { feed: { action: 'send', channel: { $ref: '#/channels/gateway' } } },
  };
  writeFileSync(contract, JSON.stringify(document));
}

describe('messages that two properties tell apart', () => {
  it('get one line that names the properties if they are not required', async () => {
    writeContract(false);
    await expect(loadAsyncapi(contract)).rejects.toMatchObject({
      problems: [
        {
          pointer: '/channels/gateway/messages/ack',
          what: 'messages `hello`, `ack`, `ready` and `resumed` of channel `gateway` match the same values',
          fix: 'add `op` and `t` to `required` of those that have them: their values differ',
        },
      ],
    });
  });

  it('are accepted if they are required', async () => {
    writeContract(true);
    await expect(loadAsyncapi(contract)).resolves.toBeDefined();
  });
});
