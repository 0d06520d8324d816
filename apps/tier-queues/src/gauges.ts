import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@tierline/persistence';
import { Figures } from '@tierline/service';
import { isMended, watched } from './orphans.ts';
import { countUnaccounted } from './unaccounted.ts';

/** The figures of the desk, over all tenants, read from the database when somebody asks. */
@Injectable()
export class Gauges implements OnModuleInit {
  constructor(
    @Inject(Figures) private readonly figures: Figures,
    @Inject(Database) private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.figures.gauge('tickets', 'Tickets that are not closed, by tier and state.', ['tier', 'state'], async () => {
      const rows = await this.database.query<{ tier: string; state: string; n: string }>(
        `SELECT coalesce(tier, 'none') AS tier, state, count(*) AS n FROM ticket WHERE state IN (${watched}) GROUP BY 1, 2`,
      );
      return rows.map(({ tier, state, n }) => ({ labels: { tier, state }, value: Number(n) }));
    });
    this.figures.gauge(
      'orphans',
      'Orphans that the last round of the watchdog found and could not mend, and tickets that were opened and never came.',
      [],
      async () => [
        {
          value:
            (await this.count('SELECT found - mended AS n FROM watchdog')) +
            (await countUnaccounted(this.database, null)),
        },
      ],
    );
    this.figures.gauge('orphans_mended', 'Orphans that were mended so far.', ['kind'], async () => {
      const rows = await this.database.query<{ kind: string; n: string }>(
        `SELECT coalesce(e.data->>'kind', 'unaccounted') AS kind, count(*) AS n FROM entry e WHERE ${isMended} GROUP BY 1`,
      );
      return rows.map(({ kind, n }) => ({ labels: { kind }, value: Number(n) }));
    });
    this.figures.gauge(
      'watchdog_age_seconds',
      'Time since the watchdog last looked at every open ticket.',
      [],
      async () => [
        { value: await this.count(`SELECT coalesce(extract(epoch FROM now() - ended_at), 1e9) AS n FROM watchdog`) },
      ],
    );
    this.figures.gauge(
      'queues_unserved',
      'Queues that nobody will serve in the next day of their hours.',
      [],
      async () => [{ value: await this.count('SELECT count(*) AS n FROM unserved_queue WHERE since IS NOT NULL') }],
    );
    this.figures.gauge('timer_delay_seconds', 'How late the oldest due timer is.', [], async () => [
      {
        value: await this.count(
          `SELECT coalesce(greatest(extract(epoch FROM now() - least((SELECT min(next_try) FROM timer),
             (SELECT min(due) FROM timer WHERE failures > 0))), 0), 0) AS n`,
        ),
      },
    ]);
  }

  private async count(sql: string): Promise<number> {
    const [row] = await this.database.query<{ n: string }>(sql);
    return Number(row?.n ?? 0);
  }
}
