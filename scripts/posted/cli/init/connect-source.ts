import type { SecurityModel } from '../../asyncapi/contract-model.ts';
import { propertyKey, valueSource } from '../../source/typescript-source.ts';
import type { ChannelPlan, OperationPlan, ProjectPlan } from './plan.ts';

/**
 * The options with which a client of the new project connects to a channel, as members of an object; `base` is
 * the source of the server's URL, and `secret` that of a secret by the name of its environment variable.
 */
export function connectOptions(
  plan: ChannelPlan,
  { secrets }: ProjectPlan,
  base: string,
  secret: (variable: string) => string,
): readonly string[] {
  const { channel, pathname, security, operationSecurity, handshake, operations } = plan;
  const credentials = [...security.slice(0, 1), ...operationSecurity].map(
    ({ name, credentials: kind }) =>
      `${propertyKey(name)}: ${credential(kind, secret(secrets.get(name) ?? ''))}`,
  );
  const answers = operations.filter(
    ({ operation, reply }) => operation.action === 'send' && reply !== undefined,
  );
  return [
    url(base, pathname),
    ...(credentials.length === 0 ? [] : [`credentials: { ${credentials.join(', ')} },`]),
    ...Object.entries(handshake ?? {}).map(([option, value]) => `${option}: ${valueSource(value)},`),
    // What resuming takes, the example server does not do.
    ...(channel.resume === null ? [] : ['resume: false,']),
    ...(answers.length === 0 ? [] : [`answer: {\n${answers.map(answerMember).join('\n')}\n},`]),
  ];
}

function answerMember({ operation, answer }: OperationPlan): string {
  return `  ${propertyKey(operation.name)}: () => (${valueSource(answer)}),`;
}

function url(base: string, pathname: string): string {
  if (pathname !== '') return `url: \`\${${base}}${pathname}\`,`;
  return base === 'url' ? 'url,' : `url: ${base},`;
}

function credential(kind: SecurityModel['credentials'], secret: string): string {
  return kind === 'basic' ? `{ username: 'ada', password: ${secret} }` : secret;
}
