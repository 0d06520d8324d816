import { accounts } from './catalogue/accounts.ts';
import { applications } from './catalogue/applications.ts';
import { infrastructure } from './catalogue/infrastructure.ts';
import { messaging } from './catalogue/messaging.ts';
import { network } from './catalogue/network.ts';
import { security } from './catalogue/security.ts';
import type { Topic } from './catalogue/topic.ts';
import { workplace } from './catalogue/workplace.ts';

/** Everything that happens in the company. */
export const topics: readonly Topic[] = [
  ...accounts,
  ...messaging,
  ...workplace,
  ...network,
  ...applications,
  ...infrastructure,
  ...security,
];
