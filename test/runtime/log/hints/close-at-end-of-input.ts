/** A process that only uses a broker, until its standard input ends. It exits unless the broker keeps it alive. */
import { createBroker } from '../../../../src/runtime/log/hints/create-broker.ts';
import { epoch, testFormat } from './test-format.ts';

const broker = await createBroker({
  url: process.argv[2] ?? '',
  format: testFormat,
  epoch: () => epoch,
  log: { debug() {}, info() {}, warn: () => print('down'), error() {} },
  observer: { brokerChanged: print, hintPublished() {}, hintReceived() {}, hintDropped() {} },
});
broker.start({ onHint() {}, onUp() {} });
process.stdin.resume().once('end', () => void broker.close().then(() => print('closed')));

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
