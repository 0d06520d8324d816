import { Relay, consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import { Figures, type ServiceDescription } from '@tierline/service';
import { intakeConfig, type IntakeConfig } from './config.ts';
import { DeskEvents } from './events.ts';
import { Gauges } from './gauges.ts';
import { TicketsController } from './http.ts';
import { InboundWatch } from './inbound-watch.ts';
import { intakeMigrations } from './migrations.ts';

const second = 1_000;

export const intake: ServiceDescription<IntakeConfig> = {
  name: 'intake',
  config: intakeConfig,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...intakeMigrations],
  module: (read) => {
    const patience = { silence: read.UNACCOUNTED_AFTER_SECONDS * second, again: read.TELL_AGAIN_SECONDS * second };
    return {
      controllers: [TicketsController, DeskEvents],
      providers: [
        {
          provide: Gauges,
          inject: [Database, Figures],
          useFactory: (database: Database, figures: Figures) => new Gauges(database, figures, patience.silence),
        },
        {
          provide: InboundWatch,
          inject: [Database, Relay],
          useFactory: (database: Database, relay: Relay) =>
            new InboundWatch(database, relay, patience, read.INBOUND_WATCH_SECONDS * second),
        },
      ],
    };
  },
  listens: 'gathering',
};
