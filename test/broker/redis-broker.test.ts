import { redis } from '../../scripts/services/redis.ts';
import { openRedisLink } from '../../src/broker/redis-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(redis, openRedisLink);
