import type { Origin } from '@tierline/messaging';
import { v7 as uuidv7 } from 'uuid';

/** The origin of what this service does by itself. */
export const systemOrigin = (tenant: string, who: string): Origin => ({
  tenant,
  actor: `system:${who}`,
  correlationId: uuidv7(),
  causationId: null,
  traceparent: null,
});
