import { doorConfig } from '@tierline/service';
import { z } from 'zod';

const address = (service: string) =>
  z.url({ protocol: /^https?$/ }).describe(`Where ${service} is, as http://host:port.`);

export const config = doorConfig.extend({
  INTAKE_URL: address('intake'),
  ROUTING_URL: address('routing'),
  TIER_QUEUES_URL: address('tier-queues'),
  NOTIFICATIONS_URL: address('notifications'),
  REPORTING_URL: address('reporting'),
  TOPIC_PREFIX: z
    .string()
    .default('tierline')
    .describe('Stands before every topic name, for the description of the events.'),
  SERVICE_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(300)
    .default(35)
    .describe('How long a service may take to answer.'),
});
export type Config = (typeof config)['_output'];

export type ServiceName = 'intake' | 'routing' | 'tier-queues' | 'notifications' | 'reporting';

/** A service behind the gateway: its name in paths, and where it is. */
export type Upstream = { readonly name: ServiceName; readonly url: string };

export const upstreamsOf = (config: Config): readonly Upstream[] => [
  { name: 'intake', url: config.INTAKE_URL },
  { name: 'routing', url: config.ROUTING_URL },
  { name: 'tier-queues', url: config.TIER_QUEUES_URL },
  { name: 'notifications', url: config.NOTIFICATIONS_URL },
  { name: 'reporting', url: config.REPORTING_URL },
];
