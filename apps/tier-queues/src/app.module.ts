import { Commands, Relay, consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import type { ServiceDescription } from '@tierline/service';
import { config, limitsOf, type TierQueuesConfig } from './config.ts';
import { TicketEvents } from './events.ts';
import { Gauges } from './gauges.ts';
import { second } from './domain/time.ts';
import { AbsencesController } from './http/absences.ts';
import { AttentionController } from './http/attention.ts';
import { ClocksController } from './http/clocks.ts';
import { BulkController } from './http/bulk.ts';
import { ClaimingController } from './http/claiming.ts';
import { DeskDocumentController } from './http/desk-document.ts';
import { DeskController } from './http/desk.ts';
import { HandoversController } from './http/handovers.ts';
import { MajorIncidentsController } from './http/major-incidents.ts';
import { DraftRetention } from './draft-retention.ts';
import { DraftsController } from './http/drafts.ts';
import { MovesController } from './http/moves.ts';
import { PresenceController } from './http/presence.ts';
import { ReroutingController } from './http/rerouting.ts';
import { RelationsController } from './http/relations.ts';
import { TicketsController } from './http/tickets.ts';
import { TimelineController } from './http/timeline.ts';
import { WindowsController } from './http/windows.ts';
import { WorkController } from './http/work.ts';
import { ownMigrations } from './migrations.ts';
import { PersonEvents } from './people.ts';
import { Tickets } from './tickets.ts';
import { Timers } from './timers.ts';
import { Pusher } from './pusher.ts';
import { ShiftEnds } from './shift-ends.ts';
import { Closings } from './closings.ts';
import { QueueWatch } from './queue-watch.ts';
import { Retiming } from './retiming.ts';
import { Watchdog } from './watchdog.ts';

/** The desk: who works on which ticket, and when it moves on by itself. */
export const tierQueues: ServiceDescription<TierQueuesConfig> = {
  name: 'tier-queues',
  config,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...ownMigrations],
  listens: 'at-once',
  module: (read) => ({
    controllers: [
      ClocksController,
      DeskController,
      DeskDocumentController,
      TicketsController,
      BulkController,
      ClaimingController,
      MovesController,
      WorkController,
      AttentionController,
      HandoversController,
      RelationsController,
      MajorIncidentsController,
      TicketEvents,
      WindowsController,
      TimelineController,
      DraftsController,
      PersonEvents,
      PresenceController,
      ReroutingController,
      AbsencesController,
    ],
    providers: [
      {
        provide: Tickets,
        inject: [Commands],
        useFactory: (commands: Commands) => new Tickets(commands, limitsOf(read)),
      },
      Timers,
      Retiming,
      Pusher,
      ShiftEnds,
      Closings,
      {
        provide: Watchdog,
        inject: [Database, Relay, Tickets],
        useFactory: (database: Database, relay: Relay, tickets: Tickets) =>
          new Watchdog(database, relay, tickets, read.WATCHDOG_SECONDS * second),
      },
      {
        provide: QueueWatch,
        inject: [Database, Relay, Tickets],
        useFactory: (database: Database, relay: Relay, tickets: Tickets) =>
          new QueueWatch(database, relay, tickets, read.QUEUE_WATCH_SECONDS * second),
      },
      Gauges,
      DraftRetention,
    ],
  }),
};
