import { kafka } from '../../../../scripts/dev/services/kafka.ts';
import { openKafkaLink } from '../../../../src/runtime/log/hints/kafka-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(kafka, openKafkaLink);
