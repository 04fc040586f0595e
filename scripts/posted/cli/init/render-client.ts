import { separate, stringLiteral, ts } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, ProjectPlan } from './project-plan.ts';
import { sendCall } from './send-call.ts';

/** The text of src/client.ts, which connects to every channel, sends an example and prints what it receives. */
export function renderClient(plan: ProjectPlan): string {
  const needsSecrets = plan.secrets.size > 0;
  return ts`
    /** \`npm run client\`: connects to every channel of the server and prints what it receives until Ctrl-C. */
    import { type ClientStatus, connect } from 'posted/client';
    import * as channels from '../generated/asyncapi/client.ts';

    const url = process.argv[2] ?? \`ws://127.0.0.1:\${process.env.PORT ?? 8080}\`;
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

    ${separate(plan.channels.map((channel) => clientOf(channel, plan)))}

    /** Prints the status of a channel's client. */
    function printStatus(channel: string, status: ClientStatus): void {
      console.log(\`\${channel} is \${status.state}\${status.state === 'waiting' ? \`: \${status.error.message}\` : ''}\`);
    }

    /** Prints the messages of a channel, and the error that ends them. */
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
/** A secret that the server accepts: see src/users.ts. */
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
    return `// Channel ${JSON.stringify(channel.name)} is omitted: the contract has no example of its parameters, query or headers.`;
  }
  const options = connectOptions(plan, project, 'url', (variable) => `secret(${stringLiteral(variable)})`);
  return ts`
    const ${client} = connect(channels.${channel.identifier}, {
      ${options}
      signal: stopped.signal,
    });
    ${client}.status.subscribe((status) => printStatus(${stringLiteral(plan.file)}, status));
    void print(${stringLiteral(plan.file)}, ${client}.messages());
    ${sendFirst(plan)}
  `;
}

/** Sends the first example that the contract has. */
function sendFirst(plan: ChannelPlan): string | null {
  const { channel, client, file, operations } = plan;
  for (const { operation, messages } of operations) {
    const first = messages.find(
      ({ message, sample }) => sample !== undefined && message.name !== channel.resume?.ack,
    );
    if (operation.action !== 'receive' || first === undefined) continue;
    const call = sendCall(client, channel, operation, first, "{ whenOffline: 'wait' }");
    if (operation.reply === null) return `${call};`;
    return ts`
      ${call}.then(
        (answer) => console.log('${file} answered:', answer),
        (thrown: unknown) => console.error(\`${file}: \${thrown}\`),
      );
    `;
  }
  return null;
}
