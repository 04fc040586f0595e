import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nats } from '../../scripts/services/nats.ts';
import { rabbitmq } from '../../scripts/services/rabbitmq.ts';
import { redis } from '../../scripts/services/redis.ts';
import { noNetworks, openDistantNetwork } from '../support/distant-network.ts';
import { describeEngine } from '../support/engines/describe-engine.ts';
import { startNode, until, untilUp } from './nodes.ts';

describe.skipIf(noNetworks !== null)(`traffic that is dropped ${noNetworks ?? ''}`, () => {
  // Kafka tells its clients where to connect to, which leads past the distant network.
  describe.each([redis, rabbitmq, nats])('on the way to $name', (spec) => {
    describeEngine(spec, 'a server', (engine) => {
      it('is noticed within seconds, and so is its end', async () => {
        await engine().ensureRunning();
        const { place, url } = engine();
        const network = await openDistantNetwork(place.port);
        const topic = `${url.includes('?') ? '&' : '?'}topic=test.${randomUUID()}`;
        const distant = url.replace('127.0.0.1', network.host);
        expect(distant).not.toBe(url);
        const [cut, other] = [await startNode(distant + topic), await startNode(url + topic)];
        await untilUp(cut, other);

        network.cut();
        await until(() => cut.broker.state === 'down');
        other.publish(1);
        cut.publish(2);
        expect(other.broker.state).toBe('up');

        network.mend();
        await untilUp(cut);
        expect(cut.ups()).toBe(2);
        other.publish(3);
        await until(() => cut.seqs().includes(3));
      });
    });
  });
});
