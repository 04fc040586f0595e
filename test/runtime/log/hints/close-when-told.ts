/** A process that does nothing but use a broker, until its input ends. It ends by itself if nothing is left of it. */
import { createBroker } from '../../../../src/runtime/log/hints/create-broker.ts';
import { epoch, testFormat } from './test-format.ts';

const broker = await createBroker({
  url: process.argv[2] ?? '',
  format: testFormat,
  epoch: () => epoch,
  log: { debug() {}, info() {}, warn: () => say('down'), error() {} },
  observer: { brokerChanged: say, hintPublished() {}, hintReceived() {}, hintDropped() {} },
});
broker.start({ onHint() {}, onUp() {} });
process.stdin.resume().once('end', () => void broker.close().then(() => say('closed')));

function say(what: string): void {
  process.stdout.write(`${what}\n`);
}
