import { nats } from '../../../../scripts/dev/services/nats.ts';
import { openNatsLink } from '../../../../src/runtime/log/hints/nats-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(nats, openNatsLink);
