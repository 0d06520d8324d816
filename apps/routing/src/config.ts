import { baseConfig } from '@tierline/service';
import { z } from 'zod';

export const routingConfig = baseConfig.extend({
  WAITING_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .default(1_000)
    .describe('How often waiting work is looked for (tickets whose desk was not known, simulations), in milliseconds.'),
});
export type RoutingConfig = z.infer<typeof routingConfig>;
