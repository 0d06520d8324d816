import { baseConfig } from '@tierline/service';
import { z } from 'zod';

const seconds = z.coerce.number().positive();

export const intakeConfig = baseConfig.extend({
  UNACCOUNTED_AFTER_SECONDS: seconds
    .max(86_400)
    .default(300)
    .describe('Seconds after which an opened ticket of which the desk has told nothing is told again.'),
  TELL_AGAIN_SECONDS: seconds
    .max(86_400)
    .default(600)
    .describe(
      'Seconds until a ticket of which the desk still tells nothing is told once more; each time twice as many.',
    ),
  INBOUND_WATCH_SECONDS: seconds
    .max(3_600)
    .default(30)
    .describe('Seconds between two looks for opened tickets of which the desk has told nothing.'),
});
export type IntakeConfig = z.infer<typeof intakeConfig>;
