import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import { Figures, type ServiceDescription } from '@tierline/service';
import { intakeConfig, type IntakeConfig } from './config.ts';
import { DeskEvents } from './events.ts';
import { TicketsController } from './http.ts';
import { intakeMigrations } from './migrations.ts';
import { countByStatus } from './queries.ts';

@Injectable()
class Gauges implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Figures) private readonly figures: Figures,
  ) {}

  onModuleInit(): void {
    this.figures.gauge('requests', 'Tickets as their requesters see them, by status.', ['status'], () =>
      countByStatus(this.database),
    );
  }
}

export const intake: ServiceDescription<IntakeConfig> = {
  name: 'intake',
  config: intakeConfig,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...intakeMigrations],
  module: () => ({ controllers: [TicketsController, DeskEvents], providers: [Gauges] }),
  listens: 'gathering',
};
