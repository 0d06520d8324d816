import type { MigrationInterface, QueryRunner } from 'typeorm';

class Eligibility1760000003401 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Those who claim go along the lanes: one for each set of needs that waits in a queue. No other index begins with
    // the lane, so that none is taken for this one before the table was analysed.
    // The owner of the tables sees no rows of them while row-level security is forced.
    await runner.query(`
      ALTER TABLE ticket ADD COLUMN lane text COLLATE "C", ADD COLUMN assignment text;
      ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
      UPDATE ticket SET lane = queue || '|' WHERE queue IS NOT NULL;
      ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
      DROP INDEX ticket_waiting;
      CREATE INDEX ticket_waiting ON ticket (tenant_id, lane, priority, due_at, queued_at, id) WHERE state = 'QUEUED';
      CREATE INDEX ticket_to_give ON ticket (tenant_id, queue) WHERE state = 'QUEUED' AND assignment <> 'pull';
      CREATE INDEX queue_that_gives ON desk_part (tenant_id, id)
        WHERE kind = 'queue' AND body->>'assignment' <> 'pull';
      -- Who got the last ticket that the queue gave; a row is locked by whoever gives.
      CREATE TABLE turn (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        last_agent text,
        PRIMARY KEY (tenant_id, queue)
      );
      -- When the shift ends on which somebody was last seen.
      CREATE TABLE shift (
        tenant_id text NOT NULL,
        agent_id text NOT NULL,
        ends_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, agent_id)
      );
      CREATE INDEX ON shift (ends_at);
      CREATE INDEX agent_with_shifts ON desk_part (tenant_id, id) WHERE kind = 'agent' AND body ? 'shifts';
      CREATE TABLE closing (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        closes_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, queue)
      );
      CREATE INDEX queue_that_hands_over ON desk_part (tenant_id, id) WHERE kind = 'queue' AND body ? 'handsOverTo';
      CREATE TABLE presence (
        tenant_id text NOT NULL,
        agent_id text NOT NULL,
        presence text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, agent_id)
      );
      SELECT protect_tenant_table('presence'), protect_tenant_table('turn'), protect_tenant_table('shift'),
        protect_tenant_table('closing');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE presence; DROP TABLE turn; DROP TABLE shift; DROP TABLE closing;
      DROP INDEX queue_that_hands_over; DROP INDEX agent_with_shifts; DROP INDEX queue_that_gives; DROP INDEX ticket_waiting;
      ALTER TABLE ticket DROP COLUMN lane, DROP COLUMN assignment;
      CREATE INDEX ticket_waiting ON ticket (tenant_id, queue, priority, queued_at, id) WHERE state = 'QUEUED'`);
  }
}

class RepeatedParts1760000003402 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How often a part was told again as it was: counts with its changes towards the place of an event about it.
    await runner.query('ALTER TABLE desk_part ADD COLUMN repeated int NOT NULL DEFAULT 0');
  }

  async down(): Promise<void> {
    throw new Error('Places of events that were taken would be given again: restore a backup of before to go back.');
  }
}

class OwnAbsences1760000003403 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What people say of themselves; what the desk document says is a part of the desk.
    await runner.query(`
      CREATE TABLE own_absence (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        said jsonb NOT NULL,
        said_by text NOT NULL,
        said_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, person_id)
      );
      SELECT protect_tenant_table('own_absence');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE own_absence');
  }
}

class LeaveBegun1760000003404 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // From when the absence was by which an agent's tickets were last left to others.
    await runner.query(`
      CREATE TABLE leave_begun (
        tenant_id text NOT NULL,
        agent_id text NOT NULL,
        from_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, agent_id)
      );
      SELECT background_table('leave_begun');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE leave_begun');
  }
}

class AbsenceChanges1760000003405 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What people said of absences is published from now on, and kept for whoever asks who handed which rights on.
    await runner.query(`
      ALTER TABLE own_absence ADD COLUMN sequence int NOT NULL DEFAULT 0;
      CREATE TABLE absence_change (
        tenant_id text NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        person_id text NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        before jsonb NOT NULL,
        after jsonb NOT NULL,
        PRIMARY KEY (tenant_id, position)
      );
      CREATE INDEX ON absence_change (tenant_id, person_id, position);
      SELECT protect_tenant_table('absence_change');`);
  }

  async down(): Promise<void> {
    throw new Error('Places of events that were taken would be given again: restore a backup of before to go back.');
  }
}

export const peopleMigrations = [
  Eligibility1760000003401,
  RepeatedParts1760000003402,
  OwnAbsences1760000003403,
  LeaveBegun1760000003404,
  AbsenceChanges1760000003405,
];
