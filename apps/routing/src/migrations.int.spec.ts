import { Database, migrate } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { routingMigrations } from './migrations.ts';

/** The migrations that a desk without versions had. */
const before = routingMigrations.slice(0, 2);

describe('an update from a desk without versions', () => {
  it('keeps its categories, rules and copies', async () => {
    const { ownerUrl, appUrl: app, workerUrl: worker, drop } = await scratchDatabase('routing_update');
    await migrate(ownerUrl, { app, worker }, before);
    const old = await Database.open('routing', { app, worker });
    await old.asTenant('acme', async (tx) => {
      await tx.query(`INSERT INTO category VALUES ('acme', 'printing', 'Printing', 'incident', null, null, 1)`);
      await tx.query(`INSERT INTO rule_set VALUES ('acme', '[]', 3, now(), 'ada')`);
      await tx.query(`INSERT INTO queue VALUES ('acme', 'desk', 'Desk', 'tier-1', 'desk', 1)`);
    });
    await old.close();
    await migrate(ownerUrl, { app, worker }, routingMigrations);
    const updated = await Database.open('routing', { app, worker });
    const parts = (table: string) =>
      updated.asTenant('acme', (tx) => tx.query(`SELECT kind, id, sequence FROM ${table} ORDER BY kind`));
    expect(await parts('desk_part')).toEqual([
      { kind: 'category', id: 'printing', sequence: 1 },
      { kind: 'rules', id: 'rules', sequence: 3 },
    ]);
    expect(await parts('desk_copy')).toEqual([{ kind: 'queue', id: 'desk', sequence: 1 }]);
    await updated.close();
    await drop();
  });
});
