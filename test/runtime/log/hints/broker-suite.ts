import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { prepareEngine } from '../../../../scripts/dev/services/engine.ts';
import type { EngineSpec } from '../../../../scripts/dev/services/engine-spec.ts';
import type { ConnectToBroker } from '../../../../src/runtime/log/hints/broker-connection.ts';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';
import { hasOpenssl, makeCertificate } from '../../../support/engines/certificate.ts';
import { describeEngine } from '../../../support/engines/describe-engine.ts';
import { requireService } from '../../../support/services.ts';
import { itConnectsPeers } from '../../server/peers/engine-suite.ts';
import { startNode, until, untilUp } from './nodes.ts';
import { epoch, eventOf } from './test-format.ts';

const noTls = requireService('openssl', hasOpenssl);

const nothing = (): void => {};

/** The behavior of every broker, tested with its real engine. */
export function describeBroker(spec: EngineSpec, connect: ConnectToBroker): void {
  describeEngine(spec, `the broker on ${spec.name}`, (engine) => {
    /** With a topic of its own, so that no test receives the messages of another. */
    const urlOf = ({ url } = engine()): string => {
      const separator = url.includes('?') ? '&' : '?';
      return `${url}${separator}topic=test.${randomUUID()}`;
    };

    it('starts while the engine is down, logs that, and is up once the engine is', async () => {
      await engine().kill();
      const node = await startNode(urlOf());
      await until(() => node.logged.length > 0);
      expect(node.broker.state).toBe('down');
      expect(node.logged[0]?.level).toBe('warn');
      expect(node.logged[0]?.fields.cause).toContain('ECONNREFUSED');
      await engine().start();
      await untilUp(node);
      expect(node.ups()).toBe(1);
      expect(node.logged.at(-1)?.message).toBe('the broker is up');
    });

    it('delivers an event to every other server, but not to its publisher', async () => {
      await engine().ensureRunning();
      const url = urlOf();
      const [one, two, three] = [await startNode(url), await startNode(url), await startNode(url)];
      await untilUp(one, two, three);
      const event = eventOf(7, 'ein Stück Text \u{1f600} \u2028');
      one.broker.publish(event);
      await until(() => two.seqs().includes(7) && three.seqs().includes(7));
      expect(two.hints.find(({ headSeq }) => headSeq === 7)).toMatchObject({ headSeq: 7, events: [event] });
      expect(one.seqs()).toEqual([]);
    });

    it('delivers many events in order in one hint', async () => {
      await engine().ensureRunning();
      const url = urlOf();
      const [one, two] = [await startNode(url), await startNode(url)];
      await untilUp(one, two);
      const seqs = Array.from({ length: 200 }, (_, index) => index + 1);
      for (const seq of seqs) one.publish(seq);
      await until(() => two.seqs().includes(200));
      expect(two.seqs()).toEqual(seqs);
      expect(two.hints.filter(({ events }) => events.length > 0)).toHaveLength(1);
    });

    itConnectsPeers(() => engine().ensureRunning(), urlOf, connect);

    it('survives a crash of the engine', async () => {
      await engine().ensureRunning();
      const url = urlOf();
      const [one, two] = [await startNode(url), await startNode(url)];
      await untilUp(one, two);
      await engine().kill();
      await until(() => one.broker.state === 'down' && two.broker.state === 'down');
      for (let seq = 1; seq <= 5000; seq += 1) one.publish(seq);
      await engine().start();
      await untilUp(one, two);
      expect([one.ups(), two.ups()]).toEqual([2, 2]);
      one.publish(5001);
      await until(() => two.seqs().includes(5001));
      expect(two.seqs()).toEqual([5001]);
    });

    it('notices that the engine hangs, holds little in the meantime, and recovers with it', async () => {
      await engine().ensureRunning();
      const url = urlOf();
      const [one, two] = [await startNode(url), await startNode(url)];
      await untilUp(one, two);
      engine().freeze();
      for (let seq = 1; seq <= 20_000; seq += 1) {
        one.publish(seq);
        // Lets the broker send, in case it can.
        if (seq % 100 === 0) await new Promise(setImmediate);
      }
      await until(() => one.broker.state === 'down' && two.broker.state === 'down');
      engine().thaw();
      await untilUp(one, two);
      one.publish(20_001);
      await until(() => two.seqs().includes(20_001));
      expect(two.seqs().length).toBeLessThan(1000);
    });

    it('logs that the password is wrong, without the password', async () => {
      await engine().ensureRunning();
      const { password } = engine().config;
      const node = await startNode(urlOf().replace(password, 'wrong-hunter2'));
      await until(() => node.logged.length > 0);
      const [entry] = node.logged;
      expect(entry?.fields.cause).toMatch(
        /WRONGPASS|ACCESS.REFUSED|Authorization Violation|authentication failed/i,
      );
      expect(JSON.stringify(node.logged)).not.toContain('hunter2');
      expect(node.broker.state).toBe('down');
    });

    it.skipIf(noTls !== null)('uses TLS, and accepts only certificates that it trusts', async () => {
      const files = await makeCertificate();
      const secure = await prepareEngine(spec, { tls: files });
      onTestFinished(() => secure.remove());
      await secure.start();
      const untrusting = await startNode(secure.url);
      await until(() => untrusting.logged.length > 0);
      expect(untrusting.logged[0]?.fields.cause).toContain('self-signed certificate');
      const trusted = getCACertificates('default');
      onTestFinished(() => setDefaultCACertificates(trusted));
      setDefaultCACertificates([...trusted, await readFile(files.certificate, 'utf8')]);
      await untilUp(await startNode(secure.url));
    });

    it('drops, counts and logs messages that are not its hints', async () => {
      await engine().ensureRunning();
      const url = urlOf();
      const node = await startNode(url);
      await untilUp(node);
      const aborted = new AbortController();
      onTestFinished(() => aborted.abort());
      const connection = await connect({
        url: parseBrokerUrl(url),
        onMessage: nothing,
        onLost: nothing,
        signal: aborted.signal,
      });
      onTestFinished(() => connection.close());
      const hint = { version: 1, epoch, node: randomUUID(), headSeq: 1, events: [] };
      for (const message of [
        'hello',
        '{"version":1}',
        JSON.stringify({ ...hint, version: 2, whatever: true }),
        JSON.stringify({ ...hint, epoch: randomUUID() }),
        JSON.stringify({ ...hint, events: [{ ...eventOf(1), seq: '1' }] }),
        JSON.stringify(hint),
      ]) {
        await connection.publish(Buffer.from(message));
      }
      await until(() => node.hints.length > 0);
      expect(node.counts).toMatchObject({ foreign: 3, newer_version: 1, other_epoch: 1, received: 1 });
      expect(node.logged.filter(({ level }) => level === 'warn')).toHaveLength(3);
      expect(node.broker.state).toBe('up');
    });

    it.each([
      ['is up', 'up', () => engine().ensureRunning(), () => {}],
      ['hangs', 'up', () => engine().ensureRunning(), () => engine().freeze()],
      ['is down', 'down', () => engine().kill(), () => {}],
    ] as const)(
      'does not keep the process alive after it is closed while the engine %s',
      async (_title, state, before, after) => {
        await before();
        const program = join(import.meta.dirname, 'close-at-end-of-input.ts');
        const child = spawn(process.execPath, [program, urlOf()], { stdio: ['pipe', 'pipe', 'inherit'] });
        onTestFinished(() => void child.kill('SIGKILL'));
        const exited = once(child, 'exit');
        const printed: string[] = [];
        const output = createInterface({ input: child.stdout }).on('line', (text) => void printed.push(text));
        await Promise.race([until(() => printed.includes(state)), exited]);
        after();
        child.stdin.end();
        expect((await exited)[0]).toBe(0);
        output.close();
        expect(printed.at(-1)).toBe('closed');
      },
    );
  });
}
