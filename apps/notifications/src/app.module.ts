import { Relay, consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import { Figures, type ServiceDescription } from '@tierline/service';
import { config, type Config } from './config.ts';
import { usualWaits } from './domain/delivery.ts';
import { EventsController } from './events.ts';
import { DeliveriesController } from './http/deliveries.ts';
import { MailPreferencesController } from './http/mail-preferences.ts';
import { StreamController } from './http/stream.ts';
import { SubscriptionsController } from './http/subscriptions.ts';
import { notificationMigrations } from './migrations.ts';
import { countDeliveries } from './queries.ts';
import { Retention } from './retention.ts';
import { MailChannel } from './sending/mail.ts';
import { Sender } from './sending/sender.ts';
import { WebhookChannel } from './sending/webhook.ts';
import { LiveStream } from './stream/live-stream.ts';

const senderOf = (config: Config) => (database: Database, relay: Relay, mail: MailChannel, webhooks: WebhookChannel) =>
  new Sender(database, relay, {
    send: {
      mail: (claimed, signal) => mail.send(claimed, signal),
      staff: (claimed, signal) => mail.send(claimed, signal),
      webhook: (claimed, signal) => webhooks.send(claimed, signal),
      test: (claimed, signal) => webhooks.send(claimed, signal),
    },
    waits: {
      mail: config.MAIL_RETRY_SECONDS,
      staff: config.MAIL_RETRY_SECONDS,
      webhook: config.WEBHOOK_RETRY_SECONDS,
      test: usualWaits.test,
    },
    chance: Math.random,
  });

/** The figures of this service; made once with it. */
class DeliveryFigures {
  constructor(figures: Figures, database: Database) {
    const help = 'Deliveries that wait, and those sent or failed in the last 24 hours.';
    figures.gauge('deliveries', help, ['channel', 'state'], async () => {
      const rows = await database.query<{ channel: string; state: string; count: string }>(countDeliveries);
      return rows.map(({ channel, state, count }) => ({ labels: { channel, state }, value: Number(count) }));
    });
  }
}

const liveStreamOf = (config: Config) => (database: Database, figures: Figures) => {
  const live = new LiveStream(
    database,
    {
      heartbeat: config.STREAM_HEARTBEAT_SECONDS * 1_000,
      connections: config.STREAM_CONNECTIONS,
      waiting: config.STREAM_WAITING_BYTES,
      keeping: { minutes: config.STREAM_KEPT_MINUTES, hints: config.STREAM_KEPT_EVENTS },
    },
    () => figures.lag(),
  );
  figures.gauge('streams', 'Live streams that are open.', [], async () => [{ value: live.open }]);
  figures.gauge(
    'stream_delay_seconds',
    'Longest time from an event to its hint since the last reading.',
    [],
    async () => [{ value: live.takeLongestDelay() }],
  );
  return live;
};

/** Writes to requesters and to the desk's own people, calls webhooks, and keeps who wants to be called. */
export const notifications: ServiceDescription<Config> = {
  name: 'notifications',
  config,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...notificationMigrations],
  listens: 'gathering',
  module: (config) => ({
    controllers: [
      EventsController,
      SubscriptionsController,
      DeliveriesController,
      MailPreferencesController,
      StreamController,
    ],
    providers: [
      { provide: MailChannel, useFactory: () => new MailChannel(config.SMTP_URL, config.MAIL_FROM, config.DESK_URL) },
      {
        provide: WebhookChannel,
        useFactory: () =>
          new WebhookChannel({
            networks: config.WEBHOOK_ALLOWED_NETWORKS,
            timeoutSeconds: config.WEBHOOK_TIMEOUT_SECONDS,
          }),
      },
      { provide: Sender, useFactory: senderOf(config), inject: [Database, Relay, MailChannel, WebhookChannel] },
      { provide: Retention, useFactory: (database: Database) => new Retention(database), inject: [Database] },
      { provide: LiveStream, useFactory: liveStreamOf(config), inject: [Database, Figures] },
      {
        provide: DeliveryFigures,
        useFactory: (figures: Figures, database: Database) => new DeliveryFigures(figures, database),
        inject: [Figures, Database],
      },
    ],
  }),
};
