import type { MigrationInterface, QueryRunner } from 'typeorm';

class JournalAndOutbox1760000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE journal (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL,
        tenant_id text NOT NULL,
        topic text NOT NULL,
        shard smallint NOT NULL,
        aggregate_id text NOT NULL,
        agg_seq int NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        time timestamptz NOT NULL,
        actor text NOT NULL,
        correlation_id text NOT NULL,
        causation_id uuid,
        traceparent text,
        data jsonb NOT NULL,
        UNIQUE (topic, aggregate_id, agg_seq)
      );
      SELECT protect_tenant_table('journal');
      CREATE TABLE outbox (
        seq bigint NOT NULL,
        shard smallint NOT NULL,
        tenant_id text NOT NULL,
        PRIMARY KEY (shard, seq)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
      SELECT protect_tenant_table('outbox');
      CREATE TABLE relay_lease (
        shard smallint PRIMARY KEY,
        owner text,
        epoch bigint NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO relay_lease (shard) SELECT generate_series(0, 15);
      SELECT background_table('relay_lease');
      CREATE TABLE unsent_key (
        topic text NOT NULL,
        key text NOT NULL,
        shard smallint NOT NULL,
        seq bigint NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, key)
      );
      SELECT background_table('unsent_key');
      CREATE TABLE unsent_event (
        seq bigint PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL
      );
      CREATE INDEX ON unsent_event (topic, key, seq);
      SELECT background_table('unsent_event');
      CREATE TABLE unsent_discard (
        seq bigint PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        tenant_id text NOT NULL,
        type text NOT NULL,
        event_id uuid NOT NULL,
        refusal text NOT NULL,
        discarded_by text NOT NULL,
        discard_reason text NOT NULL,
        discarded_at timestamptz NOT NULL DEFAULT now()
      );
      SELECT background_table('unsent_discard');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE unsent_discard, unsent_event, unsent_key, relay_lease, outbox, journal');
  }
}

class PositionInboxParking1760000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE consumer_position (
        consumer_group text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        next_offset bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer_group, topic, partition)
      ) WITH (fillfactor = 50);
      SELECT background_table('consumer_position');
      CREATE TABLE inbox (
        day date NOT NULL,
        event_id uuid NOT NULL,
        consumer_group text NOT NULL,
        tenant_id text NOT NULL,
        PRIMARY KEY (day, event_id, consumer_group)
      ) PARTITION BY RANGE (day);
      CREATE TABLE inbox_other PARTITION OF inbox DEFAULT;
      SELECT background_table('inbox');
      CREATE FUNCTION keep_inbox_days(first date, last date, oldest date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      DECLARE d date; part record;
      BEGIN
        FOR d IN SELECT generate_series(first, last, '1 day') LOOP
          IF to_regclass('inbox_' || to_char(d, 'YYYYMMDD')) IS NULL
             AND NOT EXISTS (SELECT 1 FROM inbox_other WHERE day = d) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF inbox FOR VALUES FROM (%L) TO (%L)',
              'inbox_' || to_char(d, 'YYYYMMDD'), d, d + 1);
          END IF;
        END LOOP;
        FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                    WHERE i.inhparent = 'inbox'::regclass AND c.relname ~ '^inbox_[0-9]{8}$' LOOP
          IF to_date(substr(part.relname, 7), 'YYYYMMDD') < oldest THEN
            EXECUTE format('DROP TABLE %I', part.relname);
          END IF;
        END LOOP;
        DELETE FROM inbox_other WHERE day < oldest;
      END $$;
      CREATE TABLE parked_key (
        consumer_group text NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer_group, topic, key)
      );
      SELECT background_table('parked_key');
      CREATE TABLE parked_message (
        consumer_group text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        record_offset bigint NOT NULL,
        key text NOT NULL,
        tenant_id text,
        type text,
        headers jsonb NOT NULL,
        value bytea,
        reason text NOT NULL,
        attempts int NOT NULL DEFAULT 1,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer_group, topic, partition, record_offset)
      );
      CREATE INDEX ON parked_message (consumer_group, topic, key, record_offset);
      SELECT background_table('parked_message');
      CREATE TABLE parked_discard (
        consumer_group text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        record_offset bigint NOT NULL,
        key text NOT NULL,
        tenant_id text,
        type text,
        headers jsonb NOT NULL,
        value bytea,
        parked_reason text NOT NULL,
        discarded_by text NOT NULL,
        discard_reason text NOT NULL,
        discarded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer_group, topic, partition, record_offset)
      );
      SELECT background_table('parked_discard');
      CREATE TABLE dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer_group text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        record_offset bigint NOT NULL,
        key bytea,
        headers bytea NOT NULL,
        value bytea,
        reason text NOT NULL,
        next_try timestamptz NOT NULL DEFAULT now(),
        refused text
      );
      CREATE INDEX ON dead_letter (next_try, id) WHERE refused IS NULL;
      SELECT background_table('dead_letter');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE dead_letter, parked_discard, parked_message, parked_key; DROP FUNCTION keep_inbox_days;
      DROP TABLE inbox, consumer_position`);
  }
}

class RemainingRecords1760000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE consumer_position ADD COLUMN remaining bigint NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE consumer_position DROP COLUMN remaining');
  }
}

/** Journal, outbox and leases, for a service that publishes. */
export const publisherMigrations = [JournalAndOutbox1760000000002];

/** Positions, inbox and parking, for a service that listens. */
export const consumerMigrations = [PositionInboxParking1760000000003, RemainingRecords1760000000004];
