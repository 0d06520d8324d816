import type { MigrationInterface, QueryRunner } from 'typeorm';

class IdempotencyKeys1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_key (
        tenant_id text NOT NULL,
        subject text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        answer jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, subject, key)
      );
      CREATE INDEX ON idempotency_key (created_at);
      SELECT protect_tenant_table('idempotency_key');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key');
  }
}

/** Tables of this library; a service that takes commands over HTTP lists them before its own. */
export const idempotencyMigrations = [IdempotencyKeys1760000000001];
