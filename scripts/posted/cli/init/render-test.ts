import { separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-source.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan } from './plan.ts';
import { greetingsOf, questionsOf } from './render-handlers.ts';

/** The text of test/contract.test.ts: every example of the contract goes over a real connection. */
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

    /** What the server has told. */
    const lines: string[] = [];
    let server: Listening;

    beforeAll(async () => {
      ${[...plan.secrets.values()].map((variable) => `process.env.${variable} = 'secret-of-the-tests';`)}
      server = await start({ port: 0, log: (line) => void lines.push(line) });
    });
    afterAll(() => server.close());
    beforeEach(() => lines.splice(0));

    ${tests}

  `;
}

function channelTests(plan: ChannelPlan, project: ProjectPlan): string {
  const { channel, file, operations } = plan;
  const options = connectOptions(plan, project, 'server.url', () => "'secret-of-the-tests'");
  const received = operations.filter(({ operation }) => operation.action === 'receive');
  const tests = [
    opens(),
    ...(greetingsOf(plan).length > 0 ? [greets(plan)] : []),
    ...received.flatMap((operation) => takes(operation, plan)),
    ...questionsOf(plan).map((question) => asks(question, plan)),
  ];
  return ts`
    describe(${stringLiteral(`channel ${file}`)}, () => {
      /** Resolves when it is open. */
      function open() {
        return new Promise<ReturnType<typeof attempt>>((resolve, reject) => {
          const client = attempt(() => resolve(client));
          client.closed.then(reject, reject);
        });
      }

      function attempt(whenOpen: () => void) {
        return connect(channels.${channel.identifier}, {
          ${options}
          reconnect: false,
          onStatus: ({ state }) => state === 'open' && whenOpen(),
        });
      }

      ${separate(tests)}
    });
  `;
}

function opens(): string {
  return ts`
    it('opens and closes', async () => {
      const client = await open();
      expect(lines.filter((line) => line.endsWith(${stringLiteral(' is open')}))).toHaveLength(1);
      client.close();
      expect(await client.closed).toMatchObject({ code: 1000 });
    });
  `;
}

function greets(plan: ChannelPlan): string {
  const greetings = greetingsOf(plan);
  return ts`
    it(${stringLiteral(`sends ${greetings.map(({ message }) => message.name).join(', ')}`)}, async () => {
      const examples: unknown[] = [
        ${greetings.map(({ sample }) => `${valueSource(sample)},`)}
      ];
      const client = await open();
      const messages: unknown[] = [];
      for await (const message of client) {
        if (messages.push(message) === examples.length) break;
      }
      client.close();
      expect(messages).toEqual(examples);
    });
  `;
}

function takes({ operation, messages, reply }: OperationPlan, { channel }: ChannelPlan): readonly string[] {
  const [known] = messages.filter(({ sample }) => sample !== undefined);
  if (operation.reply !== null) {
    if (known === undefined || reply === undefined) return [];
    const title = `answers ${known.message.name} with ${reply.message.name}`;
    const answer = withoutCorrelation(reply.sample, reply.message.correlationId ?? []);
    const isNamed = operation.reply.length > 1;
    const expected = isNamed ? { message: reply.message.name, payload: answer } : answer;
    return [
      ts`
        it(${stringLiteral(title)}, async () => {
          const client = await open();
          const answer = await client.request(${stringLiteral(operation.name)}, ${valueSource(known.sample)});
          client.close();
          expect(answer).${typeof answer === 'object' ? 'toMatchObject' : 'toEqual'}(${valueSource(expected)});
        });
      `,
    ];
  }
  return messages.flatMap(({ message, sample }) => {
    if (sample === undefined || message.name === channel.resume?.ack) return [];
    const said = `${channel.name}: received ${message.name} `;
    return [
      ts`
        it(${stringLiteral(`takes ${message.name}`)}, async () => {
          const client = await open();
          client.send(${stringLiteral(message.name)}, ${valueSource(sample)});
          await vi.waitFor(() => expect(lines.join()).toContain(${stringLiteral(said)}));
          client.close();
        });
      `,
    ];
  });
}

function asks({ operation }: OperationPlan, { channel }: ChannelPlan): string {
  return ts`
    it(${stringLiteral(`is answered ${operation.name}`)}, async () => {
      const client = await open();
      await vi.waitFor(() => expect(lines).toContain(${stringLiteral(`${channel.name}: ${operation.name} was answered`)}));
      client.close();
    });
  `;
}

/** The runtime puts the id of the question in its place. */
function withoutCorrelation(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value;
  const { [name]: inside, ...others } = value as Readonly<Record<string, unknown>>;
  return rest.length === 0 ? others : { ...others, [name]: withoutCorrelation(inside, rest) };
}
