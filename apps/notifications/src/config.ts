import { baseConfig } from '@tierline/service';
import { z } from 'zod';
import { usualWaits } from './domain/delivery.ts';
import { parseNetworks } from './sending/networks.ts';

const waits = (usual: readonly number[]) =>
  z
    .string()
    .default(usual.join(','))
    .transform((list) => list.split(',').map(Number))
    .pipe(z.array(z.number('must be seconds, comma-separated').positive()).min(1).max(30));

export const config = baseConfig.extend({
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).describe('Mail server, as smtp://user:password@host:port or smtps://….'),
  MAIL_FROM: z.string().min(3).describe('Sender of all mails: `Help desk <desk@example.com>`.'),
  MAIL_RETRY_SECONDS: waits(usualWaits.mail).describe('Waits after the first, second … failed try of a mail.'),
  WEBHOOK_ALLOWED_NETWORKS: z
    .string()
    .default('')
    .transform((list, context) => {
      const networks = parseNetworks(list);
      if (networks.wrong.length === 0) return networks.parsed;
      context.addIssue({ code: 'custom', message: `${networks.wrong.join(', ')} is no network such as 10.1.0.0/16` });
      return z.NEVER;
    })
    .describe('Private networks that webhooks may reach, also over http; comma-separated CIDRs.'),
  WEBHOOK_RETRY_SECONDS: waits(usualWaits.webhook).describe('Waits after the first, second … failed try of a webhook.'),
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(30).default(15).describe('How long a target may take.'),
});
export type Config = (typeof config)['_output'];
