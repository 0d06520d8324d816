import { consumerMigrations, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations } from '@tierline/persistence';
import { Figures, type ServiceDescription } from '@tierline/service';
import { config, type Config } from './config.ts';
import { EventsController } from './events.ts';
import { ReportsController } from './http.ts';
import { reportingMigrations } from './migrations.ts';
import { ticketsByTierAndState } from './queries.ts';

/** The figures of this service; made once with it. */
class ReportFigures {
  constructor(figures: Figures, database: Database) {
    figures.gauge('report_tickets', 'Tickets as reporting knows them.', ['tier', 'state'], async () => {
      const rows = await database.query<{ tier: string; state: string; count: string }>(ticketsByTierAndState);
      return rows.map(({ tier, state, count }) => ({ labels: { tier, state }, value: Number(count) }));
    });
  }
}

/** Keeps what happened to each ticket and counts it. Everything here can be made again from the topics. */
export const reporting: ServiceDescription<Config> = {
  name: 'reporting',
  config,
  migrations: [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations, ...reportingMigrations],
  listens: 'gathering',
  module: () => ({
    controllers: [EventsController, ReportsController],
    providers: [
      {
        provide: ReportFigures,
        useFactory: (figures: Figures, database: Database) => new ReportFigures(figures, database),
        inject: [Figures, Database],
      },
    ],
  }),
};
