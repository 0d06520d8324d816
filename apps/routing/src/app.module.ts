import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Relay, consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import { Figures, type ServiceDescription } from '@tierline/service';
import { routingConfig, type RoutingConfig } from './config.ts';
import { Events } from './events.ts';
import { CategoriesController } from './http/categories.ts';
import { DeskDocumentController } from './http/desk-document.ts';
import { RoutesController } from './http/routes.ts';
import { RulesController } from './http/rules.ts';
import { SimulationsController } from './http/simulations.ts';
import { routingMigrations } from './migrations.ts';
import { countWaiting } from './queries.ts';
import { Simulations } from './simulations.ts';
import { WaitingTickets } from './waiting.ts';

@Injectable()
class Gauges implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Figures) private readonly figures: Figures,
  ) {}

  onModuleInit(): void {
    this.figures.gauge('tickets_unrouted', 'Tickets that wait for their desk to become known.', [], () =>
      countWaiting(this.database),
    );
  }
}

export const routing: ServiceDescription<RoutingConfig> = {
  name: 'routing',
  config: routingConfig,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...routingMigrations],
  module: ({ WAITING_INTERVAL_MS }) => ({
    controllers: [
      CategoriesController,
      RulesController,
      DeskDocumentController,
      RoutesController,
      SimulationsController,
      Events,
    ],
    providers: [
      Gauges,
      {
        provide: Simulations,
        useFactory: (database: Database) => new Simulations(database, WAITING_INTERVAL_MS),
        inject: [Database],
      },
      {
        provide: WaitingTickets,
        useFactory: (database: Database, relay: Relay) => new WaitingTickets(database, relay, WAITING_INTERVAL_MS),
        inject: [Database, Relay],
      },
    ],
  }),
  listens: 'at-once',
};
