import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bearer, connectClient } from '../../support/websocket.ts';

/** Runs a module from the root of the repository until the test finishes. */
async function start(source: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const imports = source.replaceAll(/'\.\//g, `'${join(import.meta.dirname, '../../..')}/`);
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', imports]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  return { child, port: Number(port) };
}

/** Returns everything that a process writes to standard error while `act` runs. */
async function stderrOf(child: ChildProcess, act: () => Promise<unknown>): Promise<string> {
  const output = text(child.stderr as NonNullable<typeof child.stderr>);
  await act();
  child.kill();
  return output;
}

/** Returns what a WebSocket server with these options writes to standard error when a handler throws. */
async function stderrOfFailure(options: string): Promise<string> {
  const { child, port } = await start(`
  import { createServer } from 'node:http';
  import { createContractServer, silentLog } from './src/runtime/server/index.ts';
  import { createRoomHandlers, rooms, roomSecurity } from './test/support/rooms.ts';
  const speak = { say() { throw new Error('the disk is gone', { cause: new Error('unplugged') }); }, leave() {} };
  const app = createContractServer(rooms, { security: roomSecurity, ...${options} });
  const http = createServer().on('upgrade', app.handle(createRoomHandlers({ speak })).handleUpgrade);
  http.listen(0, '127.0.0.1', () => console.log(http.address().port));`);
  const client = await connectClient(`ws://127.0.0.1:${port}/rooms/kitchen/talk`, bearer('ada'));
  return stderrOf(child, async () => {
    client.webSocket.send('{"type":"said","text":"hello"}');
    await client.closed;
  });
}

describe('a WebSocket server with the default log', () => {
  it("writes a handler's error to standard error, with its stack and cause", async () => {
    const output = await stderrOfFailure('{}');
    expect(output).toMatch(
      /^\S+ ERROR a handler failed channel=room operation=speak connection=\S+ requestId=\S+\n/,
    );
    expect(output).toMatch(
      /\n {4}Error: the disk is gone\n {8}at .*\n(?:.*\n)* {4}caused by Error: unplugged\n/,
    );
  });

  it('writes nothing with silentLog', async () => {
    expect(await stderrOfFailure('{ log: silentLog }')).toBe('');
  });
});

describe('a REST server with the default log', () => {
  it("writes a handler's error to standard error, with its stack and the id of the request", async () => {
    const { child, port } = await start(`
      import { createServer } from './src/runtime/node/index.ts';
      import { createRestApp } from './src/runtime/rest/index.ts';
      import { handlers, operations, security } from './test/runtime/rest/operations.ts';
      const app = createRestApp({
        operations,
        handlers: { ...handlers, async getNote() { throw new Error('the disk is gone'); } },
        security,
        observer: { requestCompleted() {}, bodyInvalid() {} },
        origins: { kind: 'any' },
        limits: { bodyBytes: 1000 },
      });
      const server = createServer({ app });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));`);
    const output = await stderrOf(child, async () => {
      await fetch(`http://127.0.0.1:${port}/note/get/1`, { headers: { 'X-Request-Id': 'request-1' } });
    });
    expect(output).toMatch(
      /^\S+ ERROR a request failed operation=getNote requestId=request-1\n {4}Error: the disk is gone\n/,
    );
  });
});
