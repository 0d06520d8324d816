import type { MigrationInterface, QueryRunner } from 'typeorm';

class Reporting1760000005001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ticket_event (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        number int NOT NULL,
        event_id uuid NOT NULL,
        source text NOT NULL,
        sequence int NOT NULL,
        type text NOT NULL,
        time timestamptz NOT NULL,
        actor text NOT NULL,
        tier text,
        rank int,
        queue text,
        team text,
        data jsonb NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id, number)
      );
      CREATE INDEX ticket_event_in_period ON ticket_event (tenant_id, type, time) INCLUDE (ticket_id, tier, rank, team);
      SELECT protect_tenant_table('ticket_event');
      CREATE TABLE ticket_fact (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        events int NOT NULL,
        began_at timestamptz NOT NULL,
        last_event_at timestamptz NOT NULL,
        state text NOT NULL,
        number int,
        subject text,
        requester_id text,
        channel text,
        type text,
        category text,
        priority text,
        tier text,
        rank int,
        queue text,
        team text,
        owner text,
        opened_at timestamptz,
        first_reply_at timestamptz,
        resolved_at timestamptz,
        closed_at timestamptz,
        cancelled_at timestamptz,
        highest_rank int,
        escalations int NOT NULL,
        returns int NOT NULL,
        transfers int NOT NULL,
        reopens int NOT NULL,
        holds int NOT NULL,
        orphans int NOT NULL,
        mails_sent int NOT NULL,
        mails_failed int NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id)
      ) WITH (fillfactor = 80);
      CREATE INDEX ticket_fact_in_order ON ticket_fact (tenant_id, began_at DESC, ticket_id DESC);
      CREATE INDEX ticket_fact_opened ON ticket_fact (tenant_id, opened_at);
      CREATE INDEX ticket_fact_by_number ON ticket_fact (tenant_id, number);
      CREATE INDEX ticket_fact_by_requester ON ticket_fact (tenant_id, requester_id, began_at DESC);
      SELECT protect_tenant_table('ticket_fact');
      CREATE TABLE tier (
        tenant_id text NOT NULL,
        tier text NOT NULL,
        name text NOT NULL,
        rank int NOT NULL,
        PRIMARY KEY (tenant_id, tier)
      );
      SELECT protect_tenant_table('tier');
      CREATE TABLE queue (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        name text NOT NULL,
        tier text NOT NULL,
        team text NOT NULL,
        PRIMARY KEY (tenant_id, queue)
      );
      SELECT protect_tenant_table('queue');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE queue; DROP TABLE tier; DROP TABLE ticket_fact; DROP TABLE ticket_event');
  }
}

/** A statement for each role of background work: `%s` are the tables that a rebuild empties, `%I` is the role. */
const onEmptying = (statement: string): string => `
  DO $$ DECLARE worker name;
  BEGIN
    FOR worker IN SELECT DISTINCT unnest(roles) FROM pg_policies
                  WHERE tablename = 'ticket_event' AND policyname = 'background' LOOP
      EXECUTE format('${statement}', 'ticket_event, ticket_fact, tier, queue, inbox', worker);
    END LOOP;
  END $$`;

class StaffMails1760000005002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // May be null, since processes of the release before write rows without it while they are being replaced.
    await runner.query('ALTER TABLE ticket_fact ADD COLUMN staff_mails_failed int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE ticket_fact DROP COLUMN staff_mails_failed');
  }
}

class EmptiedAtOnce1760000005003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Deleting row by row leaves tables and indexes as large as they were, for what is read again to be put between.
    await runner.query(onEmptying('GRANT TRUNCATE ON %s TO %I'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(onEmptying('REVOKE TRUNCATE ON %s FROM %I'));
  }
}

/** Own tables of this service. */
export const reportingMigrations = [Reporting1760000005001, StaffMails1760000005002, EmptiedAtOnce1760000005003];
