import type { MigrationInterface, QueryRunner } from 'typeorm';

class LiveStream1760000004201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A hint carries the transaction that wrote it: positions are given before the commit, transactions end in any order.
    await runner.query(`
      ALTER TABLE ticket ADD COLUMN team text;
      CREATE TABLE agent_team (
        tenant_id text NOT NULL,
        agent_id text NOT NULL,
        teams text[] NOT NULL,
        PRIMARY KEY (tenant_id, agent_id)
      );
      SELECT background_table('agent_team');
      CREATE TABLE hint (
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        position bigint GENERATED ALWAYS AS IDENTITY,
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('ticket', 'presence')),
        requester_id text,
        teams text[] NOT NULL DEFAULT '{}',
        body json,
        written_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (xid, position)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
      CREATE INDEX hint_of_tenant ON hint (tenant_id, xid);
      CREATE INDEX hint_by_age ON hint (written_at);
      CREATE TABLE hint_floor (
        tenant_id text PRIMARY KEY,
        xid xid8 NOT NULL
      );
      CREATE TABLE stream_process (
        process uuid PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      SELECT background_table('stream_process');
      CREATE TABLE stream_connection (
        connection uuid PRIMARY KEY,
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        name text NOT NULL,
        process uuid NOT NULL REFERENCES stream_process ON DELETE CASCADE
      );
      CREATE INDEX ON stream_connection (process);
      CREATE TABLE presence (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        connection uuid NOT NULL REFERENCES stream_connection ON DELETE CASCADE,
        doing text NOT NULL CHECK (doing IN ('looking', 'writing', 'away')),
        kind text,
        since timestamptz NOT NULL,
        PRIMARY KEY (connection, ticket_id)
      );
      CREATE INDEX ON presence (tenant_id, ticket_id);
      SELECT protect_tenant_table('hint'), protect_tenant_table('hint_floor'), protect_tenant_table('stream_connection'),
        protect_tenant_table('presence');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE presence; DROP TABLE stream_connection; DROP TABLE stream_process; DROP TABLE hint_floor; DROP TABLE hint;
      DROP TABLE agent_team; ALTER TABLE ticket DROP COLUMN team`);
  }
}

/** The live stream and presence. */
export const streamMigrations = [LiveStream1760000004201];
