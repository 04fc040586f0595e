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
  const schemes = [...security.slice(0, 1), ...operationSecurity].map(
    ({ name, credentials: kind }) => [name, credential(kind, secret(secrets.get(name) ?? ''))] as const,
  );
  const answered = operations.filter(
    ({ operation, reply }) => operation.action === 'send' && reply !== undefined,
  );
  return [
    url(base, pathname),
    ...(schemes.length === 0 ? [] : [`auth: ${authSource(schemes, security.length > 1)},`]),
    ...Object.entries(handshake ?? {}).map(([option, value]) => `${option}: ${valueSource(value)},`),
    // Without durable messages, the example has no log to resume from.
    ...(channel.resume === null || channel.delivery !== null ? [] : ['resume: false,']),
    ...(answered.length === 0 ? [] : [`answer: {\n${answered.map(answerMember).join('\n')}\n},`]),
  ];
}

function authSource(
  schemes: readonly (readonly [name: string, source: string])[],
  isChoice: boolean,
): string {
  const [only, ...others] = schemes;
  if (only !== undefined && others.length === 0 && !isChoice) return only[1];
  return `{ ${schemes.map(([name, source]) => `${propertyKey(name)}: ${source}`).join(', ')} }`;
}

function answerMember({ operation, reply }: OperationPlan): string {
  const content = valueSource(reply?.content);
  const isOnly = operation.reply?.length === 1;
  const source = isOnly
    ? `() => (${content})`
    : `(_message, { reply }) => reply${memberAccess(reply?.message.name ?? '')}(${content})`;
  return `  ${propertyKey(operation.name)}: ${source},`;
}

function url(base: string, pathname: string): string {
  if (pathname !== '') return `url: \`\${${base}}${pathname}\`,`;
  return base === 'url' ? 'url,' : `url: ${base},`;
}

function credential(kind: SecurityModel['credentials'], secret: string): string {
  return kind === 'basic' ? `{ username: 'ada', password: ${secret} }` : secret;
}
