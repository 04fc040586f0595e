import { asClient } from '../../asyncapi/union-messages.ts';
import { memberAccess, separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan, SampleMessage } from './project-plan.ts';
import { functionOf, greetingsOf, receivedLabel, samplesOf, serverRequestsOf } from './render-handlers.ts';
import { hasLog } from './render-server.ts';

/**
 * The text of test/contract.test.ts, which sends every example of the contract over a real connection. `folder` has the
 * server.
 */
export function renderTest(plan: ProjectPlan, folder: 'src' | 'server' = 'src'): string {
  const channels = plan.channels.filter(({ handshake }) => handshake !== null);
  const tests = separate(channels.map((channel) => channelTests(channel, plan)));
  const usesLog = hasLog(plan);
  return ts`
    ${usesLog ? "import { rmSync } from 'node:fs';" : null}
    import { connect } from 'posted/client';
    import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
    import * as channels from '../generated/asyncapi/client.ts';
    import { ${[...(usesLog ? appMembers(channels) : []), 'server'].join(', ')} } from '../${folder}/app.ts';

    ${usesLog ? folderSource : null}
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    let running: Awaited<ReturnType<typeof server.listen>>;

    beforeAll(async () => {
      ${[...plan.secrets.values()].map((variable) => `process.env.${variable} = 'test-secret';`)}
      running = await server.listen({ port: 0, signals: false${usesLog ? ', resources: eventLog' : ''} });
    });
    ${usesLog ? closeSource : 'afterAll(() => running.close());'}

    ${tests}

  `;
}

function appMembers(channels: readonly ChannelPlan[]): readonly string[] {
  return channels.some((channel) => durableSamples(channel).length > 0) ? ['app', 'eventLog'] : ['eventLog'];
}

const folderSource = ts`
  /** The database of this test, which is not that of a server that runs meanwhile. */
  const folder = await vi.hoisted(async () => {
    const [{ mkdtempSync }, { tmpdir }] = await Promise.all([import('node:fs'), import('node:os')]);
    process.env.DATA_DIR = mkdtempSync(\`\${tmpdir()}/data-\`);
    return process.env.DATA_DIR;
  });
`;

const closeSource = ts`
  afterAll(async () => {
    await running.close();
    rmSync(folder, { recursive: true });
  });
`;

/** The durable messages that a new connection gets, whoever its user is. */
function durableSamples({ channel: { delivery }, operations }: ChannelPlan): readonly SampleMessage[] {
  if (delivery === null || delivery.audience === 'topic') return [];
  const { messages, select } = delivery;
  const received = select === null ? messages : select.default.flatMap((group) => select.groups[group] ?? []);
  return operations
    .filter(({ operation }) => operation.action === 'send')
    .flatMap((operation) => operation.messages)
    .filter(({ message, sample }) => sample !== undefined && received.includes(message.name));
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
    ...durableSamples(plan).map((sample) => testDurable(sample, plan)),
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
    const { wrapsReply } =
      asClient(channel.channel).operations.find(({ name }) => name === operation.name) ?? operation;
    const expected = wrapsReply ? { message: reply.message.name, payload: content } : content;
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
          expect(log).toHaveBeenCalledWith(${stringLiteral(receivedLabel(handledName(message, channel)))}, expect.anything()),
        );
      });
    `,
  );
}

/** The name of the message or union that the handler of a message gets. */
function handledName({ message: { name } }: SampleMessage, { channel }: ChannelPlan): string {
  const union = channel.unions.receive.find(({ members }) => members.includes(name));
  return union?.message.name ?? name;
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

function testDurable(
  { message, sample, content }: SampleMessage,
  { channel, handshake }: ChannelPlan,
): string {
  const params = handshake?.params === undefined ? '' : `, ${valueSource(handshake.params)}`;
  const publisher = `app.durable(${stringLiteral(channel.name)}${params})${memberAccess(message.name)}`;
  return ts`
    it(${stringLiteral(`delivers ${message.name}`)}, async () => {
      await using client = await open();
      await ${publisher}(${valueSource(content)}, { topic: 'example' });
      for await (const message of client.messages()) {
        expect(message).toMatchObject(${valueSource(sample)});
        break;
      }
    });
  `;
}

/** A nested correlation id is that of the request, which the client fills in. */
function withoutCorrelation(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value;
  const { [name]: inside, ...others } = value as Readonly<Record<string, unknown>>;
  return rest.length === 0 ? others : { ...others, [name]: withoutCorrelation(inside, rest) };
}
