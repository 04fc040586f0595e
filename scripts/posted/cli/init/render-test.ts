import { separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan } from './project-plan.ts';
import { functionOf, greetingsOf, receivedLabel, samplesOf, serverRequestsOf } from './render-handlers.ts';

/** The text of test/contract.test.ts, which sends every example of the contract over a real connection. */
export function renderTest(plan: ProjectPlan): string {
  const channels = plan.channels.filter(({ handshake }) => handshake !== null);
  const tests = separate(channels.map((channel) => channelTests(channel, plan)));
  return ts`
    import { connect } from 'posted/client';
    import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
    import * as channels from '../generated/asyncapi/client.ts';
    import { server } from '../src/app.ts';

    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    let running: Awaited<ReturnType<typeof server.listen>>;

    beforeAll(async () => {
      ${[...plan.secrets.values()].map((variable) => `process.env.${variable} = 'test-secret';`)}
      running = await server.listen({ port: 0, signals: false });
    });
    afterAll(() => running.close());

    ${tests}

  `;
}

function channelTests(plan: ChannelPlan, project: ProjectPlan): string {
  const { channel, file, operations } = plan;
  const options = connectOptions(plan, project, 'running.url', () => "'test-secret'");
  const fromClients = operations.filter(({ operation }) => operation.action === 'receive');
  const tests = [
    testOpening,
    ...(greetingsOf(plan).length > 0 ? [testGreetings(plan)] : []),
    ...fromClients.flatMap((operation) => testReceiving(operation, plan)),
    ...serverRequestsOf(plan).map(testRequest),
  ];
  return ts`
    describe(${stringLiteral(`channel ${file}`)}, () => {
      /** Resolves with a client once it is open. */
      async function open() {
        const client = connect(channels.${channel.identifier}, {
          ${options}
          reconnect: false,
        });
        await client.opened;
        return client;
      }

      ${separate(tests)}
    });
  `;
}

const testOpening = ts`
  it('opens and closes', async () => {
    const client = await open();
    client.close();
    expect(await client.closed).toMatchObject({ code: 1000 });
  });
`;

function testGreetings(plan: ChannelPlan): string {
  const greetings = greetingsOf(plan);
  return ts`
    it(${stringLiteral(`sends ${greetings.map(({ message }) => message.name).join(', ')}`)}, async () => {
      const examples: unknown[] = [
        ${greetings.map(({ sample }) => `${valueSource(sample)},`)}
      ];
      await using client = await open();
      const messages: unknown[] = [];
      for await (const message of client.messages()) {
        if (messages.push(message) === examples.length) break;
      }
      expect(messages).toEqual(examples);
    });
  `;
}

function testReceiving(plan: OperationPlan, channel: ChannelPlan): readonly string[] {
  const { operation, reply } = plan;
  const messages = samplesOf(plan, channel.channel);
  const sent = messages.filter(({ sample }) => sample !== undefined);
  const [first] = sent;
  if (operation.reply !== null) {
    if (first === undefined || reply === undefined) return [];
    const content = withoutCorrelation(reply.content, reply.message.correlationId ?? []);
    const expected = operation.wrapsReply ? { message: reply.message.name, payload: content } : content;
    return [
      ts`
        it(${stringLiteral(`answers ${first.message.name} with ${reply.message.name}`)}, async () => {
          await using client = await open();
          const answer = await client${functionOf(operation.clientName, messages, first)}(${valueSource(first.content)});
          expect(answer).${typeof expected === 'object' ? 'toMatchObject' : 'toEqual'}(${valueSource(expected)});
        });
      `,
    ];
  }
  return sent.map(
    (message) => ts`
      it(${stringLiteral(`receives ${message.message.name}`)}, async () => {
        await using client = await open();
        client${functionOf(operation.clientName, messages, message)}(${valueSource(message.content)});
        await vi.waitFor(() =>
          expect(log).toHaveBeenCalledWith(${stringLiteral(receivedLabel(message.message.name))}, expect.anything()),
        );
      });
    `,
  );
}

function testRequest({ operation }: OperationPlan): string {
  return ts`
    it(${stringLiteral(`gets a reply to ${operation.name}`)}, async () => {
      await using _client = await open();
      await vi.waitFor(() =>
        expect(log).toHaveBeenCalledWith(${stringLiteral(`${operation.name} was answered:`)}, expect.anything()),
      );
    });
  `;
}

/** A nested correlation id is that of the request, which the client fills in. */
function withoutCorrelation(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value;
  const { [name]: inside, ...others } = value as Readonly<Record<string, unknown>>;
  return rest.length === 0 ? others : { ...others, [name]: withoutCorrelation(inside, rest) };
}
