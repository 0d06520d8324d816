import type { MigrationInterface, QueryRunner } from 'typeorm';

class Unaccounted1760000003701 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE unaccounted (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        number bigint NOT NULL,
        subject text NOT NULL,
        opened_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id)
      );
      SELECT protect_tenant_table('unaccounted');
      DROP INDEX entry_orphans;
      CREATE INDEX entry_orphans ON entry (tenant_id, position)
        WHERE kind IN ('orphan-detected', 'inbound-unaccounted');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX entry_orphans;
      CREATE INDEX entry_orphans ON entry (tenant_id, position) WHERE kind = 'orphan-detected';
      DROP TABLE unaccounted`);
  }
}

class Unmended1760000003702 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE unmended (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id)
      );
      SELECT protect_tenant_table('unmended');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE unmended');
  }
}

export const orphanMigrations = [Unaccounted1760000003701, Unmended1760000003702];
