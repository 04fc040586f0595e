import { contentOf } from '../../asyncapi/content.ts';
import type { SecurityModel } from '../../asyncapi/contract-model.ts';
import { memberAccess, propertyKey, valueSource } from '../../source/typescript-source.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan } from './project-plan.ts';

/**
 * The options with which the project's client and test connect to a channel, each as the source of an object member.
 * `base` is the source of the server's URL, and `secret` returns the source of the secret in an environment variable.
 */
export function connectOptions(
  plan: ChannelPlan,
  { secrets }: ProjectPlan,
  base: string,
  secret: (variable: string) => string,
): readonly string[] {
  const { channel, pathname, security, operationSecurity, handshake, operations } = plan;
  const credentials = [...security.slice(0, 1), ...operationSecurity].map(
    ({ name, credentials: kind }): Credential => ({
      name,
      source: credential(kind, secret(secrets.get(name) ?? '')),
    }),
  );
  const answered = operations.filter(
    ({ operation, reply }) => operation.action === 'send' && reply !== undefined,
  );
  return [
    url(base, pathname),
    ...(credentials.length === 0 ? [] : [`auth: ${authOf(plan, credentials)},`]),
    ...Object.entries(handshake ?? {}).map(([option, value]) => `${option}: ${valueSource(value)},`),
    // The example handlers keep no log to resume from.
    ...(channel.resume === null ? [] : ['resume: false,']),
    ...(answered.length === 0 ? [] : [`answer: {\n${answered.map(answerMember).join('\n')}\n},`]),
  ];
}

interface Credential {
  readonly name: string;
  readonly source: string;
}

/** The credential of the only scheme, or credentials by scheme. */
function authOf({ security, operationSecurity }: ChannelPlan, credentials: readonly Credential[]): string {
  const [only] = credentials;
  if (only !== undefined && security.length + operationSecurity.length === 1) return only.source;
  return `{ ${credentials.map(({ name, source }) => `${propertyKey(name)}: ${source}`).join(', ')} }`;
}

function answerMember({ operation, messages, reply }: OperationPlan): string {
  const { name, reply: replies } = operation;
  if (reply === undefined) throw new TypeError(`The operation ${name} has no sample of a reply.`);
  const isCorrelated = messages.every(({ message }) => message.correlationId !== null);
  const content = valueSource(contentOf(reply.message, reply.sample, isCorrelated));
  const answer =
    (replies ?? []).length > 1
      ? `(_message, { reply }) => reply${memberAccess(reply.message.name)}(${content})`
      : `() => (${content})`;
  return `  ${propertyKey(name)}: ${answer},`;
}

function url(base: string, pathname: string): string {
  if (pathname !== '') return `url: \`\${${base}}${pathname}\`,`;
  return base === 'url' ? 'url,' : `url: ${base},`;
}

function credential(kind: SecurityModel['credentials'], secret: string): string {
  return kind === 'basic' ? `{ username: 'ada', password: ${secret} }` : secret;
}
