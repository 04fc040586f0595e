import { redis } from '../../../../scripts/dev/services/redis.ts';
import { openRedisLink } from '../../../../src/runtime/log/hints/redis-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(redis, openRedisLink);
