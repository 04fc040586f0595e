import { separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-source.ts';
import type { ChannelPlan, ProjectPlan } from './plan.ts';
import { messagesOf } from './render-handlers.ts';

/** The text of src/client.ts: connects to every channel, sends an example, and prints what comes. */
export function renderClient(plan: ProjectPlan): string {
  const needsSecrets = plan.secrets.size > 0;
  return ts`
    /** \`npm run client\`: connects to every channel of the server, and prints what comes until Ctrl-C. */
    import { type ClientStatus, connect } from 'posted/client';
    import * as channels from '../generated/asyncapi/client.ts';

    const url = process.argv[2] ?? \`ws://127.0.0.1:\${process.env.PORT ?? 8080}\`;
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

    ${separate(plan.channels.map((channel) => clientOf(channel, plan)))}

    /** Prints what the client of a channel is doing. */
    function tell(channel: string, status: ClientStatus): void {
      console.log(\`\${channel} is \${status.state}\${status.state === 'waiting' ? \`: \${status.error.message}\` : ''}\`);
    }

    /** Prints a channel's messages as they come, and why it has none any more. */
    async function print(channel: string, messages: AsyncIterable<unknown>): Promise<void> {
      try {
        for await (const message of messages) console.log(\`\${channel}:\`, message);
      } catch (thrown) {
        console.error(\`\${channel}: \${thrown}\`);
        process.exitCode = 1;
      }
    }
    ${
      needsSecrets
        ? `
/** What the server accepts: see src/users.ts. */
function secret(variable: string): string {
  return process.env[variable] ?? '';
}`
        : null
    }

  `;
}

function clientOf(plan: ChannelPlan, project: ProjectPlan): string {
  const { channel, client, handshake } = plan;
  if (handshake === null) {
    return `// Channel ${JSON.stringify(channel.name)} is left out: the contract has no example of its parameters, query or headers.`;
  }
  const options = connectOptions(plan, project, 'url', (variable) => `secret(${stringLiteral(variable)})`);
  const first = messagesOf(plan, 'receive').find(
    ({ message, sample }) => sample !== undefined && message.name !== channel.resume?.ack,
  );
  const isQuestion = plan.operations.find(({ messages }) =>
    messages.some((message) => message === first),
  )?.operation;
  return ts`
    const ${client} = connect(channels.${channel.identifier}, {
      ${options}
      signal: stopped.signal,
      onStatus(status) {
        tell(${stringLiteral(plan.file)}, status);
        ${first === undefined || isQuestion === undefined ? null : sendFirst(plan, first, isQuestion)}
      },
    });
    void print(${stringLiteral(plan.file)}, ${client});
  `;
}

function sendFirst(
  { client, file }: ChannelPlan,
  { message, sample }: ReturnType<typeof messagesOf>[number],
  { name, reply }: ChannelPlan['operations'][number]['operation'],
): string {
  if (reply === null) {
    return `if (status.state === 'open') ${client}.send(${stringLiteral(message.name)}, ${valueSource(sample)});`;
  }
  return ts`
    if (status.state !== 'open') return;
    ${client}.request(${stringLiteral(name)}, ${valueSource(sample)}).then(
      (answer) => console.log('${file} answered:', answer),
      (thrown: unknown) => console.error(\`${file}: \${thrown}\`),
    );
  `;
}
