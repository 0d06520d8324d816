import type { MigrationInterface, QueryRunner } from 'typeorm';

class QueueWatch1760000003601 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Where routing's catalogue and rules send tickets; which queues nobody will serve, since when: without a moment it is
    // over, and the row keeps the place of the last event about it.
    await runner.query(`
      CREATE TABLE routing_target (
        tenant_id text NOT NULL,
        source text NOT NULL,
        sequence int NOT NULL,
        queues text[] NOT NULL,
        PRIMARY KEY (tenant_id, source)
      );
      CREATE TABLE unserved_queue (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        since timestamptz,
        detail text NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, queue)
      );
      CREATE TABLE queue_watch (
        tenant_id text PRIMARY KEY,
        looked_at timestamptz NOT NULL
      );
      SELECT protect_tenant_table('routing_target'), protect_tenant_table('unserved_queue'), background_table('queue_watch');`);
  }

  async down(): Promise<void> {
    throw new Error('Places of events that were taken would be given again: restore a backup of before to go back.');
  }
}

class Reminders1760000003602 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // When it was told last, while it lasts.
    await runner.query(`
      ALTER TABLE unserved_queue ADD COLUMN told_at timestamptz;
      ALTER TABLE unserved_queue NO FORCE ROW LEVEL SECURITY;
      UPDATE unserved_queue SET told_at = since;
      ALTER TABLE unserved_queue FORCE ROW LEVEL SECURITY;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE unserved_queue DROP COLUMN told_at');
  }
}

export const queueMigrations = [QueueWatch1760000003601, Reminders1760000003602];
