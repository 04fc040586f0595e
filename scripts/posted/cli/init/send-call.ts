import { contentOf } from '../../asyncapi/content.ts';
import type { ChannelModel, OperationModel } from '../../asyncapi/contract-model.ts';
import { applicationMessages } from '../../asyncapi/resume.ts';
import { memberAccess, valueSource } from '../../source/typescript-source.ts';
import type { MessagePlan } from './project-plan.ts';

/** The source of a client's call that sends a sample: `chat.say({ text: 'Hello' })`. */
export function sendCall(
  client: string,
  channel: ChannelModel,
  operation: OperationModel,
  { message, sample }: MessagePlan,
  options?: string,
): string {
  const isOneOfSeveral = applicationMessages(channel, operation).length > 1;
  const target = memberAccess(operation.clientName) + (isOneOfSeveral ? memberAccess(message.name) : '');
  const content = valueSource(contentOf(message, sample, operation.reply !== null));
  return `${client}${target}(${[content, ...(options === undefined ? [] : [options])].join(', ')})`;
}
