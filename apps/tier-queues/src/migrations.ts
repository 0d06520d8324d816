import type { MigrationInterface, QueryRunner } from 'typeorm';
import { clockMigrations } from './clock-migrations.ts';
import { peopleMigrations } from './people-migrations.ts';
import { queueMigrations } from './queue-migrations.ts';
import { screenMigrations } from './screen-migrations.ts';
import { orphanMigrations } from './orphan-migrations.ts';
import { searchMigrations } from './search-migrations.ts';

class Desk1760000003001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A desk's version changes with each change of it: copies in memory are as good as their version.
    await runner.query(`
      CREATE TABLE desk (
        tenant_id text PRIMARY KEY,
        version uuid NOT NULL DEFAULT gen_random_uuid()
      );
      CREATE TABLE tier (
        tenant_id text NOT NULL,
        tier text NOT NULL,
        name text NOT NULL,
        rank int NOT NULL,
        default_queue text NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, tier),
        UNIQUE (tenant_id, rank) DEFERRABLE INITIALLY DEFERRED
      );
      CREATE TABLE queue (
        tenant_id text NOT NULL,
        queue text NOT NULL,
        name text NOT NULL,
        tier text NOT NULL,
        team text NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, queue)
      );
      CREATE INDEX ON queue (tenant_id, team);
      CREATE TABLE agent (
        tenant_id text NOT NULL,
        agent_id text NOT NULL,
        name text NOT NULL,
        teams text[] NOT NULL,
        sequence int NOT NULL,
        PRIMARY KEY (tenant_id, agent_id)
      );
      SELECT protect_tenant_table('desk'), protect_tenant_table('tier'), protect_tenant_table('queue'),
        protect_tenant_table('agent');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent; DROP TABLE queue; DROP TABLE tier; DROP TABLE desk');
  }
}

class Tickets1760000003002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ticket (
        tenant_id text NOT NULL,
        id uuid NOT NULL,
        sequence int NOT NULL,
        number bigint NOT NULL,
        subject text NOT NULL,
        requester_id text NOT NULL,
        state text NOT NULL,
        priority text,
        tier text,
        rank int,
        queue text,
        team text,
        owner text,
        last_owner text,
        opened_at timestamptz NOT NULL,
        queued_at timestamptz,
        changed_at timestamptz NOT NULL,
        body jsonb NOT NULL,
        PRIMARY KEY (tenant_id, id)
      ) WITH (fillfactor = 80);
      CREATE INDEX ticket_waiting ON ticket (tenant_id, queue, priority, queued_at, id) WHERE state = 'QUEUED';
      CREATE INDEX ticket_in_queue ON ticket (tenant_id, queue, priority, queued_at, id) INCLUDE (state)
        WHERE state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING');
      CREATE INDEX ticket_held ON ticket (tenant_id, id) WHERE state = 'PENDING';
      CREATE INDEX ticket_by_tier ON ticket (tier, state);
      CREATE INDEX ticket_newest ON ticket (tenant_id, opened_at DESC, id DESC);
      CREATE INDEX ticket_of_owner ON ticket (tenant_id, owner, opened_at DESC, id DESC) WHERE owner IS NOT NULL;
      CREATE INDEX ticket_of_requester ON ticket (tenant_id, requester_id, opened_at DESC, id DESC);
      CREATE INDEX ticket_number ON ticket (tenant_id, number);
      CREATE TABLE timer (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        kind text NOT NULL,
        due timestamptz NOT NULL,
        generation int NOT NULL,
        next_try timestamptz NOT NULL,
        failures int NOT NULL DEFAULT 0,
        PRIMARY KEY (tenant_id, ticket_id, kind)
      );
      CREATE INDEX timer_next ON timer (next_try);
      CREATE INDEX timer_due ON timer (due);
      CREATE TABLE entry (
        position bigint GENERATED ALWAYS AS IDENTITY,
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        actor text NOT NULL,
        public boolean NOT NULL,
        data jsonb NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id, position)
      );
      SELECT protect_tenant_table('ticket'), protect_tenant_table('timer'), protect_tenant_table('entry');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE entry; DROP TABLE timer; DROP TABLE ticket');
  }
}

class DeskParts1760000003101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every part of the desk, whole, as it is published; without a body it was removed, and keeps its sequence for the
    // day on which it comes back. Tier, queue and agent have tables too, for the queries that join them.
    await runner.query(`
      CREATE TABLE desk_part (
        tenant_id text NOT NULL,
        kind text NOT NULL,
        id text NOT NULL,
        sequence int NOT NULL,
        body jsonb,
        PRIMARY KEY (tenant_id, kind, id)
      );
      CREATE TABLE calendar_edition (
        tenant_id text NOT NULL,
        calendar text NOT NULL,
        version int NOT NULL,
        body jsonb NOT NULL,
        PRIMARY KEY (tenant_id, calendar, version)
      );
      ALTER TABLE tier NO FORCE ROW LEVEL SECURITY; ALTER TABLE queue NO FORCE ROW LEVEL SECURITY;
      ALTER TABLE agent NO FORCE ROW LEVEL SECURITY;
      INSERT INTO desk_part (tenant_id, kind, id, sequence, body)
        SELECT tenant_id, 'tier', tier, sequence,
          jsonb_build_object('tier', tier, 'name', name, 'rank', rank, 'defaultQueue', default_queue) FROM tier
        UNION ALL SELECT tenant_id, 'queue', queue, sequence,
          jsonb_build_object('queue', queue, 'name', name, 'tier', tier, 'team', team) FROM queue
        UNION ALL SELECT tenant_id, 'agent', agent_id, sequence,
          jsonb_build_object('agentId', agent_id, 'name', name, 'teams', teams) FROM agent;
      ALTER TABLE tier DROP COLUMN sequence;
      ALTER TABLE queue DROP COLUMN sequence;
      ALTER TABLE agent DROP COLUMN sequence;
      ALTER TABLE tier FORCE ROW LEVEL SECURITY; ALTER TABLE queue FORCE ROW LEVEL SECURITY;
      ALTER TABLE agent FORCE ROW LEVEL SECURITY;
      SELECT protect_tenant_table('desk_part'), protect_tenant_table('calendar_edition');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tier ADD COLUMN sequence int NOT NULL DEFAULT 1;
      ALTER TABLE queue ADD COLUMN sequence int NOT NULL DEFAULT 1;
      ALTER TABLE agent ADD COLUMN sequence int NOT NULL DEFAULT 1;
      DROP TABLE calendar_edition; DROP TABLE desk_part`);
  }
}

class Beside1760000003010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What the tickets' bodies say, once more, for lists over many tickets and for walks along links.
    await runner.query(`
      CREATE TABLE attention (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL,
        detail text NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id, reason)
      );
      CREATE TABLE link (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        kind text NOT NULL,
        other_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id, kind, other_id)
      );
      CREATE TABLE runbook (
        tenant_id text NOT NULL,
        category text NOT NULL,
        steps jsonb NOT NULL,
        PRIMARY KEY (tenant_id, category)
      );
      SELECT protect_tenant_table('attention'), protect_tenant_table('link'), protect_tenant_table('runbook');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE runbook; DROP TABLE link; DROP TABLE attention');
  }
}

class DeskVersions1760000003102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE desk ADD COLUMN number int NOT NULL DEFAULT 0;
      CREATE TABLE desk_version (
        tenant_id text NOT NULL,
        number int NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        why text,
        differences jsonb NOT NULL,
        PRIMARY KEY (tenant_id, number)
      );
      SELECT protect_tenant_table('desk_version');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE desk_version; ALTER TABLE desk DROP COLUMN number');
  }
}

export const ownMigrations = [
  Desk1760000003001,
  Tickets1760000003002,
  Beside1760000003010,
  DeskParts1760000003101,
  DeskVersions1760000003102,
  ...clockMigrations,
  ...screenMigrations,
  ...peopleMigrations,
  ...queueMigrations,
  ...searchMigrations,
  ...orphanMigrations,
];
