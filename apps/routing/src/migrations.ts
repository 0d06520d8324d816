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

class DeskParts1760000002101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Own parts of the desk in versions, and copies of the parts that others decide; without a body a part is gone.
    await runner.query(`
      ALTER TABLE desk_version RENAME TO desk;
      ALTER TABLE desk ALTER COLUMN version SET DEFAULT gen_random_uuid(), ADD COLUMN number int NOT NULL DEFAULT 0;
      CREATE TABLE desk_part (
        tenant_id text NOT NULL,
        kind text NOT NULL,
        id text NOT NULL,
        sequence int NOT NULL,
        body jsonb,
        PRIMARY KEY (tenant_id, kind, id)
      );
      CREATE TABLE desk_copy (LIKE desk_part INCLUDING ALL);
      CREATE TABLE desk_version (
        tenant_id text NOT NULL,
        number int NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        why text,
        differences jsonb NOT NULL,
        CONSTRAINT desk_version_number PRIMARY KEY (tenant_id, number)
      );
      ALTER TABLE category NO FORCE ROW LEVEL SECURITY; ALTER TABLE rule_set NO FORCE ROW LEVEL SECURITY;
      ALTER TABLE tier NO FORCE ROW LEVEL SECURITY; ALTER TABLE queue NO FORCE ROW LEVEL SECURITY;
      INSERT INTO desk_part (tenant_id, kind, id, sequence, body)
        SELECT tenant_id, 'category', category, sequence, jsonb_strip_nulls(jsonb_build_object(
          'category', category, 'name', name, 'type', type, 'tier', tier, 'queue', queue)) FROM category
        UNION ALL SELECT tenant_id, 'rules', 'rules', sequence, jsonb_build_object('rules', rules) FROM rule_set;
      INSERT INTO desk_copy (tenant_id, kind, id, sequence, body)
        SELECT tenant_id, 'tier', tier, sequence,
          jsonb_build_object('tier', tier, 'name', name, 'rank', rank, 'defaultQueue', default_queue) FROM tier
        UNION ALL SELECT tenant_id, 'queue', queue, sequence,
          jsonb_build_object('queue', queue, 'name', name, 'tier', tier, 'team', team) FROM queue;
      DROP TABLE rule_set; DROP TABLE category; DROP TABLE queue; DROP TABLE tier;
      ALTER TABLE route ADD COLUMN number bigint, ADD COLUMN opened_at timestamptz, ADD COLUMN waits_in text;
      CREATE INDEX route_load ON route (tenant_id, waits_in) WHERE waits_in IS NOT NULL;
      CREATE INDEX route_opened ON route (tenant_id, opened_at, ticket_id);
      SELECT protect_tenant_table('desk_part'), protect_tenant_table('desk_copy'), protect_tenant_table('desk_version');`);
  }

  async down(): Promise<void> {
    throw new Error('The catalogue was moved into versions: restore a backup of before to go back.');
  }
}

class Simulations1760000002102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE simulation (
        tenant_id text NOT NULL,
        id uuid NOT NULL,
        state text NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        since timestamptz NOT NULL,
        rules jsonb NOT NULL,
        total int NOT NULL,
        done int NOT NULL DEFAULT 0,
        changed int NOT NULL DEFAULT 0,
        moves jsonb NOT NULL DEFAULT '[]',
        tickets jsonb NOT NULL DEFAULT '[]',
        last_at timestamptz,
        last_id uuid,
        ended_at timestamptz,
        reason text,
        PRIMARY KEY (tenant_id, id)
      );
      CREATE INDEX simulation_running ON simulation (done, asked_at) WHERE state = 'running';
      CREATE INDEX simulation_newest ON simulation (tenant_id, asked_at DESC, id DESC);
      SELECT protect_tenant_table('simulation');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE simulation');
  }
}

class RepeatedParts1760000002103 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How often a part was told again as it was: counts with its changes towards the place of an event about it.
    await runner.query('ALTER TABLE desk_part ADD COLUMN repeated int NOT NULL DEFAULT 0');
  }

  async down(): Promise<void> {
    throw new Error('Places of events that were taken would be given again: restore a backup of before to go back.');
  }
}

export const routingMigrations = [
  Routes1760000002001,
  Desk1760000002002,
  DeskParts1760000002101,
  Simulations1760000002102,
  RepeatedParts1760000002103,
];
