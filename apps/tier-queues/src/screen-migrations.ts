import type { MigrationInterface, QueryRunner } from 'typeorm';

class Windows1760000003301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ticket ADD COLUMN category text GENERATED ALWAYS AS (body->>'category') STORED;
      CREATE INDEX ticket_in_queue_by_age ON ticket (tenant_id, queue, queued_at, id)
        WHERE state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING');
      CREATE INDEX ticket_in_queue_by_opening ON ticket (tenant_id, queue, opened_at, id)
        WHERE state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING');
      CREATE INDEX ticket_held_in_queue ON ticket (tenant_id, queue, priority, queued_at, id) WHERE state = 'PENDING';
      CREATE INDEX ticket_my_turn ON ticket (tenant_id, owner) WHERE state IN ('ASSIGNED', 'IN_PROGRESS');
      CREATE TABLE person (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        name text NOT NULL,
        PRIMARY KEY (tenant_id, person_id)
      );
      CREATE TABLE saved_view (
        tenant_id text NOT NULL,
        id uuid NOT NULL,
        owner text NOT NULL,
        team text,
        name text NOT NULL,
        definition jsonb NOT NULL,
        version int NOT NULL DEFAULT 1,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id)
      );
      CREATE UNIQUE INDEX saved_view_of_person ON saved_view (tenant_id, owner, lower(name)) WHERE team IS NULL;
      CREATE UNIQUE INDEX saved_view_of_team ON saved_view (tenant_id, team, lower(name)) WHERE team IS NOT NULL;
      SELECT protect_tenant_table('person'), protect_tenant_table('saved_view');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE saved_view; DROP TABLE person; DROP INDEX ticket_my_turn; DROP INDEX ticket_held_in_queue;
      DROP INDEX ticket_in_queue_by_opening; DROP INDEX ticket_in_queue_by_age;
      ALTER TABLE ticket DROP COLUMN category`);
  }
}

class Drafts1760000003302 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // One sequence numbers all versions: a draft that was sent and begun anew still gets a later one.
    await runner.query(`
      CREATE SEQUENCE draft_version;
      CREATE TABLE draft (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        ticket text NOT NULL,
        kind text NOT NULL,
        version bigint NOT NULL,
        device text,
        content text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, person_id, ticket, kind)
      );
      CREATE TABLE removed_draft (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        id uuid NOT NULL,
        ticket text NOT NULL,
        kind text NOT NULL,
        version bigint NOT NULL,
        device text,
        content text NOT NULL,
        changed_at timestamptz NOT NULL,
        cause text NOT NULL,
        removed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, person_id, id)
      );
      CREATE INDEX removed_draft_by_age ON removed_draft (removed_at);
      SELECT protect_tenant_table('draft'), protect_tenant_table('removed_draft');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE removed_draft; DROP TABLE draft; DROP SEQUENCE draft_version');
  }
}

class ReadMarks1760000003303 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE read_mark (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        ticket_id uuid NOT NULL,
        position bigint NOT NULL,
        read_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, person_id, ticket_id)
      ) WITH (fillfactor = 70);
      SELECT protect_tenant_table('read_mark');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE read_mark');
  }
}

/** What the agents' screens need beside the tickets. */
export const screenMigrations = [Windows1760000003301, Drafts1760000003302, ReadMarks1760000003303];
