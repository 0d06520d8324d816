import { Commands, consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { idempotencyMigrations } from '@tierline/persistence';
import type { ServiceDescription } from '@tierline/service';
import { config, limitsOf, type TierQueuesConfig } from './config.ts';
import { TicketEvents } from './events.ts';
import { Gauges } from './gauges.ts';
import { ClaimingController } from './http/claiming.ts';
import { DeskController } from './http/desk.ts';
import { MovesController } from './http/moves.ts';
import { TicketsController } from './http/tickets.ts';
import { WorkController } from './http/work.ts';
import { ownMigrations } from './migrations.ts';
import { Tickets } from './tickets.ts';
import { Timers } from './timers.ts';

/** The desk: who works on which ticket, and when it moves on by itself. */
export const tierQueues: ServiceDescription<TierQueuesConfig> = {
  name: 'tier-queues',
  config,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...ownMigrations],
  listens: true,
  module: (read) => ({
    controllers: [DeskController, TicketsController, ClaimingController, MovesController, WorkController, TicketEvents],
    providers: [
      {
        provide: Tickets,
        inject: [Commands],
        useFactory: (commands: Commands) => new Tickets(commands, limitsOf(read)),
      },
      Timers,
      Gauges,
    ],
  }),
};
