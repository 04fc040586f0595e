import { separate, stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, ProjectPlan } from './project-plan.ts';
import { functionOf, samplesOf } from './render-handlers.ts';

/** The text of src/client.ts, which connects to every channel, sends an example and prints what it receives. */
export function renderClient(plan: ProjectPlan): string {
  const needsSecrets = plan.secrets.size > 0;
  return ts`
    /** Connects to every channel of the server, and prints what it receives until Ctrl-C. */
    import { type ClientBase, connect } from 'posted/client';
    import * as channels from '../generated/asyncapi/client.ts';
    import settings from '../settings.json' with { type: 'json' };

    const url = process.argv[2] ?? \`ws://localhost:\${process.env.PORT ?? settings.port}\`;
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

    ${separate(plan.channels.map((channel) => clientOf(channel, plan)))}

    /** Prints the status of a client, its messages, and the error that ends it. */
    async function print(channel: string, client: ClientBase<unknown>): Promise<void> {
      client.status.subscribe((status) => {
        console.log(\`\${channel} is \${status.state}\${status.state === 'waiting' ? \`: \${status.error.message}\` : ''}\`);
      });
      try {
        for await (const message of client.messages()) console.log(\`\${channel}:\`, message);
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
  const { channel, client, file, handshake } = plan;
  if (handshake === null) {
    return `// Channel ${JSON.stringify(channel.name)} is omitted: the contract has no example of its parameters, query or headers.`;
  }
  const options = connectOptions(plan, project, 'url', (variable) => `secret(${stringLiteral(variable)})`);
  return ts`
    const ${client} = connect(channels.${channel.identifier}, {
      ${options}
      signal: stopped.signal,
    });
    void print(${stringLiteral(file)}, ${client});
    ${sendExample(plan)}
  `;
}

/** Sends the first message that has an example. */
function sendExample(plan: ChannelPlan): string {
  const { client, file, operations } = plan;
  for (const each of operations.filter(({ operation }) => operation.action === 'receive')) {
    const messages = samplesOf(each, plan.channel);
    const first = messages.find(({ sample }) => sample !== undefined);
    if (first === undefined) continue;
    const call = `${client}${functionOf(each.operation.clientName, messages, first)}(${valueSource(first.content)}, { whenOffline: 'wait' })`;
    if (each.operation.reply === null) return `${call};`;
    return ts`
      ${call}.then(
        (reply) => console.log(${stringLiteral(`${file} replied:`)}, reply),
        (thrown: unknown) => console.error(\`${file}: \${thrown}\`),
      );
    `;
  }
  return '';
}
