import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../scripts/dev/services/kafka.ts';
import { nats } from '../../../../scripts/dev/services/nats.ts';
import { rabbitmq } from '../../../../scripts/dev/services/rabbitmq.ts';
import { redis } from '../../../../scripts/dev/services/redis.ts';
import { noNetworks, startDistantEngine } from '../../../support/distant-network.ts';
import { requireService } from '../../../support/services.ts';
import { startNode, until, untilUp } from './nodes.ts';

describe('a network that drops the traffic to the broker', () => {
  for (const spec of [redis, rabbitmq, nats, kafka]) {
    const skipped = requireService(spec.name, spec.isInstalled()) ?? noNetworks;
    const note = skipped === null ? '' : ` (${skipped})`;
    it.skipIf(skipped !== null)(
      `is noticed within seconds, and so is its recovery: ${spec.name}${note}`,
      async () => {
        const { engine, network } = await startDistantEngine(spec);
        const [one, two] = [await startNode(engine.url), await startNode(engine.url)];
        await untilUp(one, two);

        network.cut();
        await until(() => one.broker.state === 'down' && two.broker.state === 'down');
        one.publish(1);

        network.restore();
        await untilUp(one, two);
        expect([one.ups(), two.ups()]).toEqual([2, 2]);
        one.publish(2);
        await until(() => two.seqs().includes(2));
        expect(two.seqs()).toEqual([2]);
      },
    );
  }
});
