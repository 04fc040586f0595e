import { nats } from '../../scripts/services/nats.ts';
import { openNatsLink } from '../../src/broker/nats-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(nats, openNatsLink);
