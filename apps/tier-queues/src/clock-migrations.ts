import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States in which a ticket has still to be worked on; partial indexes are found by these very words. */
const open = `state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING')`;
/** Those, and the one that a clock still ends. */
const watched = `state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING', 'RESOLVED')`;

class Clocks1760000003201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Lists are paged by the soonest deadline: `infinity` is the one of a ticket on which nothing runs.
    // The watchdog reads every open ticket all the time: from its index, and not from rows with a whole state in them.
    // `timers` and `next_at` are what the state wants, for the watchdog to hold the timers against.
    // The owner of the tables sees no rows of them while row-level security is forced.
    await runner.query(`
      ALTER TABLE ticket ADD COLUMN due_at timestamptz NOT NULL DEFAULT 'infinity', ADD COLUMN due_clock text,
        ADD COLUMN late text[] NOT NULL DEFAULT '{}', ADD COLUMN timers int NOT NULL DEFAULT 0,
        ADD COLUMN next_at timestamptz;
      ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
      UPDATE ticket SET body = body || '{"clocks": []}';
      ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
      DROP INDEX ticket_held;
      CREATE INDEX ticket_watched ON ticket (tenant_id, id) INCLUDE (state, queue, owner, timers, next_at)
        WHERE ${watched};
      CREATE INDEX ticket_due ON ticket (tenant_id, due_at, id) WHERE ${open};
      CREATE INDEX ticket_due_in_queue ON ticket (tenant_id, queue, due_at, id) WHERE ${open};
      ALTER TABLE timer ADD COLUMN clock text NOT NULL DEFAULT '', ALTER COLUMN generation TYPE bigint,
        DROP CONSTRAINT timer_pkey, ADD PRIMARY KEY (tenant_id, ticket_id, kind, clock);
      CREATE INDEX entry_orphans ON entry (tenant_id, position) WHERE kind = 'orphan-detected';
      CREATE TABLE retiming (
        tenant_id text PRIMARY KEY,
        cause text NOT NULL,
        changed_at timestamptz NOT NULL,
        last uuid,
        done int NOT NULL DEFAULT 0
      );
      -- One row for the whole service: whose turn it is, and what the last round over all open tickets found.
      CREATE TABLE watchdog (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        holder uuid,
        beat_at timestamptz NOT NULL DEFAULT '-infinity',
        ended_at timestamptz,
        tickets bigint NOT NULL DEFAULT 0,
        found int NOT NULL DEFAULT 0,
        mended int NOT NULL DEFAULT 0
      );
      INSERT INTO watchdog DEFAULT VALUES;
      SELECT protect_tenant_table('retiming'), background_table('watchdog');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE watchdog; DROP TABLE retiming; DROP INDEX entry_orphans;
      ALTER TABLE timer NO FORCE ROW LEVEL SECURITY;
      DELETE FROM timer WHERE clock <> '' OR kind = 'stalled';
      ALTER TABLE timer FORCE ROW LEVEL SECURITY;
      ALTER TABLE timer DROP CONSTRAINT timer_pkey, DROP COLUMN clock, ALTER COLUMN generation TYPE int,
        ADD PRIMARY KEY (tenant_id, ticket_id, kind);
      DROP INDEX ticket_due_in_queue; DROP INDEX ticket_due; DROP INDEX ticket_watched;
      CREATE INDEX ticket_held ON ticket (tenant_id, id) WHERE state = 'PENDING';
      ALTER TABLE ticket DROP COLUMN due_at, DROP COLUMN due_clock, DROP COLUMN late, DROP COLUMN timers,
        DROP COLUMN next_at`);
  }
}

class FewerIndexes1760000003202 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every change of a ticket writes to each index that has it: figures are counted from the one that the watchdog
    // reads, and of timers only those that were tried in vain need an index of their own to tell how late they are.
    await runner.query(`
      DROP INDEX ticket_by_tier;
      DROP INDEX ticket_watched;
      CREATE INDEX ticket_watched ON ticket (tenant_id, id) INCLUDE (state, tier, queue, owner, timers, next_at)
        WHERE ${watched};
      DROP INDEX timer_due;
      CREATE INDEX timer_tried ON timer (due) WHERE failures > 0;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX timer_tried;
      CREATE INDEX timer_due ON timer (due);
      DROP INDEX ticket_watched;
      CREATE INDEX ticket_watched ON ticket (tenant_id, id) INCLUDE (state, queue, owner, timers, next_at) WHERE ${watched};
      CREATE INDEX ticket_by_tier ON ticket (tier, state);`);
  }
}

class CleanedSooner1760000003203 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Tickets are taken and timers fire at the front of an index, where the dead stay until the table is cleaned, and whoever
    // comes next has to pass them. By default that is when a fifth of all rows has died, be they ever so many.
    const sooner = 'SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)';
    await runner.query(`ALTER TABLE ticket ${sooner}; ALTER TABLE timer ${sooner}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const asEver = 'RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)';
    await runner.query(`ALTER TABLE timer ${asEver}; ALTER TABLE ticket ${asEver}`);
  }
}

export const clockMigrations = [Clocks1760000003201, FewerIndexes1760000003202, CleanedSooner1760000003203];
