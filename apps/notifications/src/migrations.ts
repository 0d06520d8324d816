import type { MigrationInterface, QueryRunner } from 'typeorm';
import { staffMailMigrations } from './staff-mail-migrations.ts';
import { streamMigrations } from './stream/migrations.ts';

class Notifications1760000004001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE person (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        name text NOT NULL,
        email text,
        PRIMARY KEY (tenant_id, person_id)
      );
      SELECT background_table('person');
      CREATE TABLE ticket (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        number int NOT NULL,
        subject text NOT NULL,
        requester_id text NOT NULL,
        published int NOT NULL DEFAULT 0,
        PRIMARY KEY (tenant_id, ticket_id)
      );
      SELECT background_table('ticket');
      CREATE TABLE subscription (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL,
        url text NOT NULL,
        types text[],
        description text,
        secret text NOT NULL,
        state text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled')),
        disabled_reason text,
        disabled_at timestamptz,
        failures int NOT NULL DEFAULT 0,
        rest_until timestamptz NOT NULL DEFAULT '-infinity',
        published int NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX ON subscription (tenant_id, id);
      SELECT protect_tenant_table('subscription');
      CREATE TABLE delivery (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY,
        channel text NOT NULL CHECK (channel IN ('mail', 'webhook', 'test')),
        stream text NOT NULL,
        subscription_id uuid REFERENCES subscription ON DELETE CASCADE,
        template text,
        ticket_id uuid NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        correlation_id text NOT NULL,
        body text,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
        step int NOT NULL DEFAULT 0,
        attempts int NOT NULL DEFAULT 0,
        last_attempt_at timestamptz,
        last_status int,
        last_error text,
        created_at timestamptz NOT NULL,
        finished_at timestamptz
      );
      CREATE INDEX delivery_order ON delivery (stream, ticket_id, place) WHERE state = 'waiting';
      CREATE INDEX delivery_of_subscription ON delivery (subscription_id, place) WHERE subscription_id IS NOT NULL;
      CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;
      SELECT protect_tenant_table('delivery');
      CREATE TABLE lane (
        stream text NOT NULL,
        ticket_id uuid NOT NULL,
        tenant_id text NOT NULL,
        subscription_id uuid REFERENCES subscription ON DELETE CASCADE,
        next_attempt_at timestamptz NOT NULL,
        locked_until timestamptz NOT NULL DEFAULT '-infinity',
        locked_by uuid,
        awaited_person text,
        PRIMARY KEY (stream, ticket_id)
      ) WITH (fillfactor = 70);
      CREATE INDEX lane_due ON lane (stream, next_attempt_at);
      CREATE INDEX lane_of_subscription ON lane (subscription_id) WHERE subscription_id IS NOT NULL;
      CREATE INDEX lane_of_awaited_person ON lane (tenant_id, awaited_person) WHERE awaited_person IS NOT NULL;
      SELECT protect_tenant_table('lane');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE lane; DROP TABLE delivery; DROP TABLE subscription; DROP TABLE ticket; DROP TABLE person',
    );
  }
}

/** Own tables of this service. */
export const notificationMigrations = [Notifications1760000004001, ...streamMigrations, ...staffMailMigrations];
