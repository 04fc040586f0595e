import { separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan } from './project-plan.ts';
import { greetingsOf, serverRequestsOf } from './render-handlers.ts';
import { sendCall } from './send-call.ts';

/** The text of test/contract.test.ts, which sends every example of the contract over a real connection. */
export function renderTest(plan: ProjectPlan): string {
  const channels = plan.channels.filter(({ handshake }) => handshake !== null);
  const tests = separate(channels.map((channel) => channelTests(channel, plan)));
  const vitest = ['afterAll', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it'];
  if (tests.includes('vi.waitFor')) vitest.push('vi');
  return ts`
    import { connect } from 'posted/client';
    import type { Listening } from 'posted/server';
    import { ${vitest.join(', ')} } from 'vitest';
    import * as channels from '../generated/asyncapi/client.ts';
    import { start } from '../src/start.ts';

    /** The lines that the server has logged. */
    const lines: string[] = [];
    let server: Listening;

    beforeAll(async () => {
      ${[...plan.secrets.values()].map((variable) => `process.env.${variable} = 'test-secret';`)}
      server = await start({ port: 0, log: (line) => void lines.push(line) });
    });
    afterAll(() => server.close());
    beforeEach(() => lines.splice(0));

    ${tests}

  `;
}

function channelTests(plan: ChannelPlan, project: ProjectPlan): string {
  const { channel, file, operations } = plan;
  const options = connectOptions(plan, project, 'server.url', () => "'test-secret'");
  const received = operations.filter(({ operation }) => operation.action === 'receive');
  const tests = [
    testOpening(),
    ...(greetingsOf(plan).length > 0 ? [testGreetings(plan)] : []),
    ...received.flatMap((operation) => testReceiving(operation, plan)),
    ...serverRequestsOf(plan).map((request) => testRequest(request, plan)),
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

function testOpening(): string {
  return ts`
    it('opens and closes', async () => {
      const client = await open();
      expect(lines.filter((line) => line.endsWith(${stringLiteral(' is open')}))).toHaveLength(1);
      client.close();
      expect(await client.closed).toMatchObject({ code: 1000 });
    });
  `;
}

function testGreetings(plan: ChannelPlan): string {
  const greetings = greetingsOf(plan);
  return ts`
    it(${stringLiteral(`sends ${greetings.map(({ message }) => message.name).join(', ')}`)}, async () => {
      const examples: unknown[] = [
        ${greetings.map(({ sample }) => `${valueSource(sample)},`)}
      ];
      const client = await open();
      const messages: unknown[] = [];
      for await (const message of client.messages()) {
        if (messages.push(message) === examples.length) break;
      }
      client.close();
      expect(messages).toEqual(examples);
    });
  `;
}

function testReceiving(
  { operation, messages, reply }: OperationPlan,
  { channel }: ChannelPlan,
): readonly string[] {
  const [request] = messages.filter(({ sample }) => sample !== undefined);
  if (operation.reply !== null) {
    if (request === undefined || reply === undefined) return [];
    const title = `answers ${request.message.name} with ${reply.message.name}`;
    const answer = withoutCorrelation(reply.sample, reply.message.correlationId ?? []);
    const expected = operation.wrapsReply ? { message: reply.message.name, payload: answer } : answer;
    return [
      ts`
        it(${stringLiteral(title)}, async () => {
          const client = await open();
          const answer = await ${sendCall('client', channel, operation, request)};
          client.close();
          expect(answer).${typeof answer === 'object' ? 'toMatchObject' : 'toEqual'}(${valueSource(expected)});
        });
      `,
    ];
  }
  return messages.flatMap(({ message, sample }) => {
    if (sample === undefined || message.name === channel.resume?.ack) return [];
    const logged = `${channel.name}: received ${message.name} `;
    return [
      ts`
        it(${stringLiteral(`receives ${message.name}`)}, async () => {
          const client = await open();
          ${sendCall('client', channel, operation, { message, sample })};
          await vi.waitFor(() => expect(lines.join()).toContain(${stringLiteral(logged)}));
          client.close();
        });
      `,
    ];
  });
}

function testRequest({ operation }: OperationPlan, { channel }: ChannelPlan): string {
  return ts`
    it(${stringLiteral(`gets a reply to ${operation.name}`)}, async () => {
      const client = await open();
      await vi.waitFor(() => expect(lines).toContain(${stringLiteral(`${channel.name}: ${operation.name} was answered`)}));
      client.close();
    });
  `;
}

/** The runtime fills in the correlation id of the request. */
function withoutCorrelation(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value;
  const { [name]: inside, ...others } = value as Readonly<Record<string, unknown>>;
  return rest.length === 0 ? others : { ...others, [name]: withoutCorrelation(inside, rest) };
}
