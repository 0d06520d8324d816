import type { MigrationInterface, QueryRunner } from 'typeorm';

class Requests1760000001001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE ticket_number START WITH 1001;
      CREATE TABLE request (
        tenant_id text NOT NULL,
        id uuid NOT NULL,
        number bigint NOT NULL UNIQUE,
        requester_id text NOT NULL,
        opened_by text NOT NULL,
        channel text NOT NULL,
        organisation text,
        subject text NOT NULL,
        description text NOT NULL,
        category text,
        impact text NOT NULL,
        urgency text NOT NULL,
        status text NOT NULL,
        tier_rank smallint,
        messages int NOT NULL,
        opened_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        resolved_at timestamptz,
        closed_at timestamptz,
        confirmed boolean NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, id)
      ) WITH (fillfactor = 80);
      CREATE INDEX request_of_person ON request (tenant_id, requester_id, number DESC);
      SELECT protect_tenant_table('request');
      CREATE TABLE message (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        position int NOT NULL,
        side text NOT NULL,
        kind text NOT NULL,
        text text NOT NULL,
        said_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id, position)
      );
      SELECT protect_tenant_table('message');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE message; DROP TABLE request; DROP SEQUENCE ticket_number');
  }
}

class People1760000001002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE person (
        tenant_id text NOT NULL,
        id text NOT NULL,
        name text NOT NULL,
        email text,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, id)
      );
      SELECT protect_tenant_table('person');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE person');
  }
}

class Relations1760000001010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE request ADD COLUMN asked_at timestamptz, ADD COLUMN origin_id uuid, ADD COLUMN origin_kind text;
      CREATE INDEX request_from ON request (tenant_id, origin_id) WHERE origin_id IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE request DROP COLUMN asked_at, DROP COLUMN origin_id, DROP COLUMN origin_kind');
  }
}

class Accounting1760000001020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Processes of the release before write rows without it while they are being replaced: hence the default.
    // The index names a column that changes once or twice: on one that changes often no update could stay on its page.
    await runner.query(`
      ALTER TABLE request ADD COLUMN desk text NOT NULL DEFAULT 'heard',
        ADD COLUMN tellings smallint NOT NULL DEFAULT 0, ADD COLUMN tell_again_at timestamptz;
      ALTER TABLE request NO FORCE ROW LEVEL SECURITY;
      UPDATE request SET desk = 'silent' WHERE status = 'received';
      ALTER TABLE request FORCE ROW LEVEL SECURITY;
      ALTER TABLE request ALTER COLUMN desk SET DEFAULT 'silent';
      CREATE INDEX request_unaccounted ON request (opened_at) WHERE desk <> 'heard';
      -- One row for the whole service: when somebody last looked.
      CREATE TABLE inbound_watch (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        looked_at timestamptz NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO inbound_watch DEFAULT VALUES;
      SELECT background_table('inbound_watch');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE inbound_watch;
      ALTER TABLE request DROP COLUMN desk, DROP COLUMN tellings, DROP COLUMN tell_again_at`);
  }
}

export const intakeMigrations = [
  Requests1760000001001,
  People1760000001002,
  Relations1760000001010,
  Accounting1760000001020,
];
