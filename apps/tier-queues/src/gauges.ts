import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@tierline/persistence';
import { Figures } from '@tierline/service';
import { orphansQuery } from './queries.ts';

/** The figures of the desk, over all tenants, read from the database when somebody asks. */
@Injectable()
export class Gauges implements OnModuleInit {
  constructor(
    @Inject(Figures) private readonly figures: Figures,
    @Inject(Database) private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.figures.gauge('tickets', 'Tickets by tier and state.', ['tier', 'state'], async () => {
      const rows = await this.database.query<{ tier: string; state: string; n: string }>(
        `SELECT coalesce(tier, 'none') AS tier, state, count(*) AS n FROM ticket GROUP BY 1, 2`,
      );
      return rows.map(({ tier, state, n }) => ({ labels: { tier, state }, value: Number(n) }));
    });
    this.figures.gauge('orphans', 'Open tickets that nobody and nothing is going to move.', [], async () => [
      { value: await this.count(`SELECT count(*) AS n FROM (${orphansQuery}) o`) },
    ]);
    this.figures.gauge('timer_delay_seconds', 'How late the oldest due timer is.', [], async () => [
      {
        value: await this.count(
          `SELECT coalesce(greatest(extract(epoch FROM now() - min(due)), 0), 0) AS n FROM timer`,
        ),
      },
    ]);
  }

  private async count(sql: string): Promise<number> {
    const [row] = await this.database.query<{ n: string }>(sql);
    return Number(row?.n ?? 0);
  }
}
