import { Database, migrate } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { ownMigrations } from './migrations.ts';

/** The migrations that a desk without versions had. */
const before = ownMigrations.slice(0, 2);

describe('an update from a desk without versions', () => {
  it('keeps its tiers, queues and agents, and the walls between tenants', async () => {
    const { ownerUrl, appUrl: app, workerUrl: worker, drop } = await scratchDatabase('tier_queues_update');
    await migrate(ownerUrl, { app, worker }, before);
    const old = await Database.open('tier-queues', { app, worker });
    await old.asTenant('acme', async (tx) => {
      await tx.query(`INSERT INTO tier VALUES ('acme', 'tier-1', 'Tier 1', 1, 'desk', 2)`);
      await tx.query(`INSERT INTO queue VALUES ('acme', 'desk', 'Desk', 'tier-1', 'desk', 1)`);
      await tx.query(`INSERT INTO agent VALUES ('acme', 'tom', 'Tom', '{desk}', 4)`);
    });
    await old.close();
    await migrate(ownerUrl, { app, worker }, ownMigrations);
    const updated = await Database.open('tier-queues', { app, worker });
    const parts = (tenant: string) =>
      updated.asTenant(tenant, (tx) => tx.query('SELECT kind, id, sequence FROM desk_part ORDER BY kind'));
    expect(await parts('acme')).toEqual([
      { kind: 'agent', id: 'tom', sequence: 4 },
      { kind: 'queue', id: 'desk', sequence: 1 },
      { kind: 'tier', id: 'tier-1', sequence: 2 },
    ]);
    expect(await updated.asTenant('other', (tx) => tx.query('SELECT agent_id FROM agent'))).toEqual([]);
    await updated.close();
    await drop();
  });
});
