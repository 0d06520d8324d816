import type { OnModuleInit } from '@nestjs/common';
import type { Database } from '@tierline/persistence';
import type { Figures } from '@tierline/service';
import { countByStatus, countUnaccounted } from './queries.ts';

/** The figures of requests, over all tenants, read from the database when somebody asks. */
export class Gauges implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly figures: Figures,
    /** Milliseconds for which the desk may be silent about an opened ticket. */
    private readonly silence: number,
  ) {}

  onModuleInit(): void {
    this.figures.gauge('requests', 'Tickets as their requesters see them, by status.', ['status'], () =>
      countByStatus(this.database),
    );
    this.figures.gauge(
      'tickets_unaccounted',
      'Opened tickets of which the desk has told nothing for too long.',
      [],
      async () => [{ value: await countUnaccounted(this.database, this.silence) }],
    );
  }
}
