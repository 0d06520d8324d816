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

const isPlain = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
};

export const config = baseConfig.extend({
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).describe('Mail server, as smtp://user:password@host:port or smtps://….'),
  MAIL_FROM: z.string().min(3).describe('Sender of all mails: `Help desk <desk@example.com>`.'),
  DESK_URL: z
    .string()
    .default('')
    .refine(
      (text) => text === '' || isPlain(text),
      'must be an address such as https://desk.example.com, without user, password, ? and #',
    )
    .transform((text) => text.replace(/\/+$/, '') || undefined)
    .describe(
      'Where people open the desk in a browser; mails to staff link to `<DESK_URL>/tickets/<id>`. Without it: no links.',
    ),
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
  STREAM_HEARTBEAT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(60)
    .default(15)
    .describe('Between two heartbeats of a stream.'),
  STREAM_CONNECTIONS: z.coerce.number().int().min(1).max(50_000).default(5_000).describe('Streams of one process.'),
  STREAM_WAITING_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * 1_024 * 1_024)
    .default(1_024 * 1_024)
    .describe('Bytes that may wait for a slow reader before its stream is ended.'),
  STREAM_KEPT_MINUTES: z.coerce.number().min(0.01).max(1_440).default(10).describe('How long a stream can be resumed.'),
  STREAM_KEPT_EVENTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('How many events of one tenant are kept for resuming.'),
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(30).default(15).describe('How long a target may take.'),
});
export type Config = (typeof config)['_output'];
