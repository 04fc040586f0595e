import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { asClient, asServer } from '../../scripts/posted/asyncapi/union-messages.ts';
import { createSamples } from '../../scripts/posted/cli/init/samples.ts';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { tempFolder } from '../scripts/generator.ts';

const contract = join(tempFolder(), 'contract.json');

type Schema = Readonly<Record<string, unknown>>;

const object = (properties: object, ...required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
});

/** By operation: its action, and the schemas of its messages by name. */
type Operations = Readonly<
  Record<string, readonly [action: 'send' | 'receive', Readonly<Record<string, Schema>>]>
>;

function writeContract(operations: Operations): void {
  const messages = Object.values(operations).flatMap(([, schemas]) =>
    Object.entries(schemas).map(([name, payload]) => [name, { summary: name, payload }]),
  );
  const channel = { $ref: '#/channels/gateway' };
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Gateway', version: '1.0.0' },
    servers: { main: { host: 'localhost', protocol: 'ws' } },
    channels: { gateway: { address: '/', messages: Object.fromEntries(messages) } },
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, [action, schemas]]) => [
        name,
        {
          action,
          channel,
          messages: Object.keys(schemas).map((message) => ({ $ref: `${channel.$ref}/messages/${message}` })),
        },
      ]),
    ),
  };
  writeFileSync(contract, JSON.stringify(document));
}

/** What generation says about the identification of messages. */
async function adviceFor(operations: Operations): Promise<readonly string[]> {
  writeContract(operations);
  const { warnings } = await loadAsyncapi(contract);
  return warnings
    .filter((warning) => !warning.includes('has no example'))
    .map((warning) => warning.split('  ').slice(1).join('  '));
}

/** The messages that a client distinguishes, and those that a server does. */
async function distinguished(operations: Operations): Promise<readonly (readonly string[])[]> {
  writeContract(operations);
  const { model } = await loadAsyncapi(contract);
  const [channel] = model.channels;
  if (channel === undefined) throw new Error('The contract has no channel.');
  return [asClient(channel).send, asServer(channel).receive].map((all) => all.map(({ name }) => name));
}

const gateway = (isRequired: boolean): Readonly<Record<string, Schema>> => {
  const needs = (...names: readonly string[]) => (isRequired ? names : []);
  return {
    hello: object({ op: { const: 10 } }, ...needs('op')),
    ack: object({ op: { const: 11 } }, ...needs('op')),
    ready: object({ op: { const: 0 }, t: { const: 'READY' } }, ...needs('op', 't')),
    resumed: object({ op: { const: 0 }, t: { const: 'RESUMED' } }, ...needs('op', 't')),
  };
};

describe('messages that two properties tell apart', () => {
  it('get one line that names the properties if they are not required', async () => {
    expect(await adviceFor({ feed: ['send', gateway(false)] })).toEqual([
      '/channels/gateway/messages/hello  `/op` and `/t` identify messages `hello`, `ack`, `ready` and `resumed` of ' +
        'channel `gateway`, but are not required; add them to `required`, because messages without them are rejected',
    ]);
  });

  it('are accepted if they are required', async () => {
    expect(await adviceFor({ feed: ['send', gateway(true)] })).toEqual([]);
    expect(await distinguished({ feed: ['send', gateway(true)] })).toEqual([
      ['hello', 'ack', 'ready', 'resumed'],
      [],
    ]);
  });
});

describe('a sample of a message that two properties identify', () => {
  it('has both, even if the message need not have them', async () => {
    writeContract({ feed: ['send', gateway(false)] });
    const { model, schemas } = await loadAsyncapi(contract);
    const samples = createSamples(schemas);
    const sent = model.channels.flatMap(({ send }) => send.map((message) => samples.ofMessage(message)));
    expect(sent).toMatchObject([{ op: 10 }, { op: 11 }, { op: 0, t: 'READY' }, { op: 0, t: 'RESUMED' }]);
  });
});

describe('a message that may lack its tag', () => {
  const optional = { one: object({ type: { const: 1 } }), two: object({ type: { const: 2 } }, 'type') };

  it('needs no advice if all others require theirs', async () => {
    expect(await adviceFor({ feed: ['send', optional] })).toEqual([]);
  });

  it('gets advice if another may lack its tag, too', async () => {
    const messages = { ...optional, three: object({ type: { const: 3 } }) };
    expect(await adviceFor({ feed: ['send', messages] })).toEqual([
      '/channels/gateway/messages/one  `/type` identifies messages `one` and `three` of channel `gateway`, but is not ' +
        'required; add it to `required`, because messages without it are rejected',
    ]);
  });
});

describe('messages that match the same values', () => {
  const same = { bid: object({ price: {} }), ask: object({ price: {} }) };
  const told = { closed: object({ type: { const: 'closed' } }, 'type') };

  it('are a union for the client, next to messages that a property tells from them', async () => {
    expect(await distinguished({ feed: ['send', { ...same, ...told }] })).toEqual([
      ['bidOrAsk', 'closed'],
      [],
    ]);
  });

  it('are a union for the server if one operation receives them', async () => {
    expect(await distinguished({ order: ['receive', { ...same, ...told }] })).toEqual([
      [],
      ['bidOrAsk', 'closed'],
    ]);
  });

  it('get one line for all of them', async () => {
    const more = { open: object({ type: { const: 'open' } }) };
    expect(
      await adviceFor({ feed: ['send', { ...same, ...more }], order: ['receive', { high: {}, low: {} }] }),
    ).toEqual([
      '/channels/gateway/messages/open  messages `bid`, `ask`, `open`, `high` and `low` of channel `gateway` match the ' +
        'same values, so their receiver gets them as one message with a union type; add `/type` to `required` of those ' +
        'that have it, or give each a required property with a different `const`, such as `type`',
    ]);
  });

  it('are refused if a server receives them in different operations, but not for clients alone', async () => {
    writeContract({ buy: ['receive', { bid: same.bid }], sell: ['receive', { ask: same.ask }] });
    const refused = await loadAsyncapi(contract).catch((thrown: unknown) => thrown);
    expect(refused instanceof GenerationError ? refused.problems : refused).toMatchObject([
      {
        pointer: '/channels/gateway/messages/ask',
        what: 'messages `bid` and `ask` of channel `gateway` match the same values, but different code handles them',
      },
    ]);
    await expect(loadAsyncapi(contract, { use: 'client' })).resolves.toBeDefined();
  });

  it('have a name that says so if there are many', async () => {
    const many = { ...same, last: object({}), first: object({}) };
    expect(await distinguished({ feed: ['send', many] })).toEqual([['bidOrOthers'], []]);
  });
});
