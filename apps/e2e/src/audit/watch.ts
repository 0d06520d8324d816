import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { services, type Service } from './names.ts';
import { allRows, connect } from './reading/database.ts';
import { setBackTable } from './reading/messaging-tables.ts';
import { watchFile, type Run } from './run.ts';

/** Notes each position that goes back, whoever moves it. */
const installation = `
  CREATE TABLE IF NOT EXISTS ${setBackTable} (
    at timestamptz NOT NULL DEFAULT clock_timestamp(), consumer_group text NOT NULL, topic text NOT NULL,
    partition int NOT NULL, was bigint NOT NULL, became bigint
  );
  CREATE OR REPLACE FUNCTION note_set_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
  BEGIN
    INSERT INTO ${setBackTable} (consumer_group, topic, partition, was, became)
    VALUES (OLD.consumer_group, OLD.topic, OLD.partition, OLD.next_offset,
      CASE WHEN TG_OP = 'UPDATE' THEN NEW.next_offset END);
    RETURN NULL;
  END $$;
  CREATE OR REPLACE TRIGGER audit_moved_back AFTER UPDATE ON consumer_position
    FOR EACH ROW WHEN (NEW.next_offset < OLD.next_offset) EXECUTE FUNCTION note_set_back();
  CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON consumer_position
    FOR EACH ROW EXECUTE FUNCTION note_set_back();`;

const orphansSql = `
  SELECT t.id::text AS ticket FROM ticket t
  WHERE t.state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING') AND t.queue IS NULL
    AND t.changed_at < now() - interval '60 s' LIMIT 20`;

const outboxSql = `
  SELECT (extract(epoch FROM clock_timestamp() - time) * 1000)::float8 AS age
  FROM journal WHERE seq = (SELECT min(seq) FROM outbox)`;

const install = async (client: Client): Promise<void> => {
  const there = await allRows(client, `SELECT 1 FROM pg_trigger WHERE tgname = 'audit_deleted'`);
  if (there.length > 0) return;
  await client.query(`SET lock_timeout = '2s'`);
  await client.query(installation);
};

type Seen = { orphans: string[]; outboxAge: Partial<Record<Service, number>>; away: string[] };

/** A database that is looked at each second, and comes back by itself when it was away. */
const watched = (service: Service, url: string) => {
  let client: Client | undefined;
  const connected = async (): Promise<Client> => {
    if (client) return client;
    const fresh = await connect(url, 4_000);
    try {
      await install(fresh);
    } catch (error) {
      await fresh.end();
      throw error;
    }
    return (client = fresh);
  };
  const drop = async (): Promise<void> => {
    const broken = client;
    client = undefined;
    // It is broken already: how its end goes says nothing new.
    await broken?.end().catch(() => undefined);
  };
  const look = async (seen: Seen): Promise<void> => {
    try {
      const open = await connected();
      if (service === 'tier-queues')
        seen.orphans.push(...(await allRows<{ ticket: string }>(open, orphansSql)).map(({ ticket }) => ticket));
      if (service === 'reporting') return;
      const [row] = await allRows<{ age: number }>(open, outboxSql);
      seen.outboxAge[service] = Math.max(0, row?.age ?? 0);
    } catch (error) {
      // Away, restarted, or not yet migrated: it is written down, and the next look tries again.
      seen.away.push(`${service}: ${(error as Error).message}`);
      await drop();
    }
  };
  return { look, drop };
};

const settle = async (looks: readonly Promise<void>[]): Promise<void> => {
  const deadline = new AbortController();
  await Promise.race([Promise.all(looks), sleep(8_000, undefined, { signal: deadline.signal }).catch(() => undefined)]);
  deadline.abort();
};

/** Looks each second until the signal; `onInstalled` is called once every database has its triggers. */
export const watch = async (folder: string, run: Run, stop: AbortSignal, onInstalled: () => void): Promise<void> => {
  const places = services.map((service) => watched(service, run.databases[service]));
  let installed = false;
  while (!stop.aborted) {
    const seen: Seen = { orphans: [], outboxAge: {}, away: [] };
    await settle(places.map(({ look }) => look(seen)));
    await appendFile(join(folder, watchFile), `${JSON.stringify({ at: new Date().toISOString(), ...seen })}\n`);
    if (!installed && seen.away.length === 0) onInstalled();
    installed ||= seen.away.length === 0;
    await sleep(1_000, undefined, { signal: stop }).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }
  await settle(places.map(({ drop }) => drop()));
};
