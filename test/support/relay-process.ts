/** Passes what comes to one address on to another, and back: `relay-process.ts <host> <port> <to host> <to port>`. */
import { connect, createServer } from 'node:net';

const [host = '', port = '', toHost = '', toPort = ''] = process.argv.slice(2);

createServer((from) => {
  const to = connect(Number(toPort), toHost);
  from.on('error', () => to.destroy()).on('close', () => to.destroy());
  to.on('error', () => from.destroy()).on('close', () => from.destroy());
  from.pipe(to).pipe(from);
}).listen(Number(port), host, () => process.stdout.write('listening\n'));
