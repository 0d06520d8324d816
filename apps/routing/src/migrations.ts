import type { MigrationInterface, QueryRunner } from 'typeorm';

class Routes1760000002001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE route (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        facts jsonb NOT NULL,
        hop int NOT NULL,
        priority text,
        type text,
        waiting_since timestamptz,
        to_tier text,
        to_queue text,
        cause_id uuid,
        correlation_id text,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id)
      );
      CREATE INDEX route_waiting ON route (tenant_id, waiting_since) WHERE waiting_since IS NOT NULL;
      SELECT protect_tenant_table('route');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE route');
  }
}

class Desk1760000002002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tier (
        tenant_id text NOT NULL,
        tier text NOT NULL,
        name text NOT NULL,
        rank int NOT NULL,
        default_queue text NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, tier)
      );
      SELECT protect_tenant_table('tier');
      CREATE TABLE queue (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        name text NOT NULL,
        tier text NOT NULL,
        team text NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, queue)
      );
      SELECT protect_tenant_table('queue');
      CREATE TABLE category (
        tenant_id text NOT NULL,
        category text NOT NULL,
        name text NOT NULL,
        type text NOT NULL,
        tier text,
        queue text,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, category)
      );
      SELECT protect_tenant_table('category');
      CREATE TABLE rule_set (
        tenant_id text PRIMARY KEY,
        rules jsonb NOT NULL,
        sequence int NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL
      );
      SELECT protect_tenant_table('rule_set');
      CREATE TABLE desk_version (tenant_id text PRIMARY KEY, version uuid NOT NULL);
      SELECT protect_tenant_table('desk_version');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE desk_version; DROP TABLE rule_set; DROP TABLE category; DROP TABLE queue; DROP TABLE tier',
    );
  }
}

export const routingMigrations = [Routes1760000002001, Desk1760000002002];
