import { kafka } from '../../scripts/services/kafka.ts';
import { openKafkaLink } from '../../src/broker/kafka-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker(kafka, openKafkaLink);
