import { stringLiteral, ts, valueSource } from '../../source/typescript-source.ts';
import { connectOptions } from './connect-options.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan, SampleMessage } from './project-plan.ts';
import { functionOf, samplesOf } from './render-handlers.ts';

/** A message with which clients subscribe, and its operation. */
interface Subscription {
  readonly plan: OperationPlan;
  readonly messages: readonly SampleMessage[];
  readonly first: SampleMessage;
}

/** The text of src/main.ts, which connects to one channel of a foreign server, subscribes and prints what it receives. */
export function renderMain(plan: ProjectPlan): string {
  const channel = mainChannel(plan);
  if (channel === undefined) throw new TypeError('A contract has no channel.');
  const { identifier } = channel.channel;
  const subscription = subscriptionOf(channel);
  const options = connectOptions(channel, plan, 'url', (variable) => `secret(${stringLiteral(variable)})`);
  return ts`
    /** Connects to a server of the contract, and prints what it receives until Ctrl-C. \`npm start URL\` uses another server. */
    import { connect } from 'posted/client';
    import { ${identifier} as channel } from '../generated/asyncapi/client.ts';

    const url = process.argv[2] ?? ${stringLiteral(serverUrl(channel))};
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

    const client = connect(channel, {
      ${options}
      ${channel.handshake === null ? '// The contract has no example of its parameters, query or headers: add them here.' : null}
      signal: stopped.signal,
    });
    client.status.subscribe((status) => {
      console.error(status.state === 'waiting' ? \`waiting: \${status.error.message}\` : status.state);
    });
    ${subscription === null ? null : subscribe(subscription)}
    for await (const message of client.messages()) console.log(message);
    ${
      plan.secrets.size > 0
        ? `
/** A credential in .env. */
function secret(variable: string): string {
  return process.env[variable] ?? '';
}`
        : null
    }

  `;
}

/** The first server of the channel that a client of the project connects to. */
export function serverUrl({ channel: { servers } }: ChannelPlan): string {
  const [server] = servers;
  if (server === undefined) return 'ws://localhost:8080';
  const host = server.host.replaceAll(/\{([^{}]*)\}/g, (_expression, name: string) => {
    const variable = server.variables.find((candidate) => candidate.name === name);
    return variable?.default ?? variable?.values[0] ?? name;
  });
  return `${server.protocol}://${host}`;
}

/** The channel to subscribe to, or else the first that sends something. */
export function mainChannel({ channels }: ProjectPlan): ChannelPlan | undefined {
  const known = channels.filter(({ handshake }) => handshake !== null);
  return (
    known.find((channel) => subscriptionOf(channel) !== null) ??
    known.find(({ channel }) => channel.send.length > 0) ??
    known[0] ??
    channels[0]
  );
}

/** Other messages than subscriptions may have effects that nobody wants to try on somebody else's server. */
function subscriptionOf({ channel, operations }: ChannelPlan): Subscription | null {
  for (const plan of operations.filter(({ operation }) => operation.action === 'receive')) {
    const messages = samplesOf(plan, channel);
    const first = messages.find(
      ({ message, sample }) =>
        sample !== undefined && /^(?!.*unsub).*subscri/i.test(`${plan.operation.name} ${message.name}`),
    );
    if (first !== undefined) return { plan, messages, first };
  }
  return null;
}

function subscribe({ plan, messages, first }: Subscription): string {
  const call = `client${functionOf(plan.operation.clientName, messages, first)}(${valueSource(first.content)}, { whenOffline: 'wait' })`;
  return plan.operation.reply === null
    ? `${call};`
    : `${call}.then(console.log, (thrown: unknown) => console.error(String(thrown)));`;
}
