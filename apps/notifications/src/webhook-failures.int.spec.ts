import { setTimeout as sleep } from 'node:timers/promises';
import { SubscriptionDisabled } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  testParts,
  type ServiceUnderTest,
} from '@tierline/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import { status } from './testing/receiver.ts';
import { ticketOf } from './testing/story.ts';
import { subscriber } from './testing/subscriber.ts';

let service: ServiceUnderTest;
const { receiver, add, deliveries, look, ask, stopReceivers } = subscriber((...asked) => service.request(...asked));
const ticket = (tenant?: string) =>
  ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), `p-${uuidv7()}`, tenant);

beforeAll(async () => {
  service = await startUnderTest(notifications, {
    SMTP_URL: testParts().smtpUrl,
    MAIL_FROM: 'desk@acme.example',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_RETRY_SECONDS: '0.2,0.2,0.2',
    WEBHOOK_TIMEOUT_SECONDS: '8',
  });
});

afterEach(async () => {
  await stopReceivers();
  await service.database.query('DELETE FROM subscription');
});

afterAll(() => service?.stop());

describe('a target that answers while the database is away', () => {
  it('is not called again: what it answered is written when the database is back', async () => {
    const admin = new Client({ connectionString: testParts().postgresUrl });
    await admin.connect();
    const [{ name }] = (await service.database.query('SELECT current_database() AS name')) as [{ name: string }];
    const target = await receiver((_call, response) => {
      const close = `ALTER DATABASE "${name}" ALLOW_CONNECTIONS false;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`;
      void admin.query(close).then(() => response.writeHead(204).end());
    });
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(() => expect(target.calls).toHaveLength(1));
    await sleep(3_000);
    await admin.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
    await admin.end();
    await eventually(async () => expect(await deliveries(id)).toMatchObject([{ state: 'sent', attempts: 1 }]));
    expect(target.calls).toHaveLength(1);
  });
});

describe('a failing target', () => {
  it('is tried again; later events of the ticket wait for the earlier one', async () => {
    const target = await receiver((_call, response, earlier) => response.writeHead(earlier < 2 ? 500 : 204).end());
    const { id } = await add(target.url);
    const ours = ticket();
    await send([ours.opened(), ours.answered('second')]);
    await eventually(() => expect(target.calls).toHaveLength(4));
    expect(target.calls.map(({ event }) => event.type.split('.')[2])).toEqual([
      'opened',
      'opened',
      'opened',
      'agent-replied',
    ]);
    expect(new Set(target.calls.slice(0, 3).map((call) => call.id)).size).toBe(1);
    await eventually(async () =>
      expect(await deliveries(id)).toMatchObject([
        { state: 'sent', attempts: 1, lastStatus: 204, nextAttemptAt: null },
        { state: 'sent', attempts: 3, lastStatus: 204, lastError: null },
      ]),
    );
  });

  it('waits as long as the target asks', async () => {
    const target = await receiver((_call, response, earlier) =>
      earlier === 0 ? response.writeHead(429, { 'retry-after': '2' }).end() : response.writeHead(204).end(),
    );
    await add(target.url);
    await send([ticket().opened()]);
    await eventually(() => expect(target.calls).toHaveLength(2));
    expect(target.calls[1]!.at - target.calls[0]!.at).toBeGreaterThan(1_900);
  });

  it('that refuses one ticket for good gets all others, and stays enabled', async () => {
    const bad = ticket();
    const target = await receiver(({ event }, response) =>
      response.writeHead(event.subject === bad.id ? 500 : 204).end(),
    );
    const { id } = await add(target.url);
    await send([bad.opened()]);
    for (let round = 1; round <= 4; round += 1) {
      await send([ticket().opened()]);
      await eventually(async () => expect(await deliveries(id, '?state=sent')).toHaveLength(round));
      await sleep(100);
    }
    await eventually(async () =>
      expect(await deliveries(id, '?state=failed')).toMatchObject([{ ticketId: bad.id, attempts: 4 }]),
    );
    expect(await look(`/subscriptions/${id}`)).toMatchObject({ state: 'enabled', disabledReason: null });
  });

  it('does not slow others, however much waits for it', async () => {
    const [dead, healthy] = [await receiver(() => undefined), await receiver()];
    await add(dead.url);
    await add(healthy.url);
    const tickets = Array.from({ length: 60 }, () => ticket());
    const began = Date.now();
    await send(tickets.map((one) => one.opened()));
    await eventually(() => expect(healthy.calls).toHaveLength(60));
    // The dead target answers nothing for 8 s.
    expect(Date.now() - began).toBeLessThan(7_000);
    expect(dead.calls.length).toBeLessThanOrEqual(8);
  });

  it('is disabled after its last try, keeps what waits, and gets all of it in order when enabled again', async () => {
    const desk = await subscribe(service.prefix, 'desk');
    let broken = true;
    const target = await receiver((_call, response) => response.writeHead(broken ? 500 : 204).end());
    const { id } = await add(target.url);
    const ours = ticket();
    await send([ours.opened(), ours.answered('second')]);
    await eventually(async () =>
      expect(await look(`/subscriptions/${id}`)).toMatchObject({
        state: 'disabled',
        sequence: 1,
        disabledReason: '4 tries failed, the last one: the target answered 500',
      }),
    );
    await eventually(() =>
      expect(desk.about(id)).toMatchObject([{ type: SubscriptionDisabled.type, data: { subscriptionId: id } }]),
    );
    await desk.close();
    await send([ours.resolved('third')]);
    await eventually(async () => expect(await deliveries(id)).toHaveLength(3));
    expect(await deliveries(id, '?state=waiting')).toMatchObject([{ nextAttemptAt: null }, { nextAttemptAt: null }]);
    const [failed] = await deliveries(id, '?state=failed');
    expect(await ask(`/subscriptions/${id}/deliveries/${failed!.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'subscription_disabled' },
    });
    expect(target.calls).toHaveLength(4);
    broken = false;
    expect(await ask(`/subscriptions/${id}/enable`)).toMatchObject({
      status: 200,
      body: { id, state: 'enabled', sequence: 1 },
    });
    await eventually(() => expect(target.calls).toHaveLength(7));
    expect(target.calls.slice(4).map(({ event }) => event.type.split('.')[2])).toEqual([
      'opened',
      'agent-replied',
      'resolved',
    ]);
  });

  it('is disabled at once when it says that it is gone', async () => {
    const target = await receiver(status(410));
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () =>
      expect(await look(`/subscriptions/${id}`)).toMatchObject({
        state: 'disabled',
        disabledReason: 'the target answered 410 Gone',
      }),
    );
    expect(target.calls).toHaveLength(1);
  });

  it('gets all that waits at once when it is back after an outage', async () => {
    let broken = true;
    const target = await receiver((_call, response) => response.writeHead(broken ? 500 : 204).end());
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () => expect((await deliveries(id))[0]).toMatchObject({ lastStatus: 500 }));
    await service.database.query(
      `UPDATE lane SET next_attempt_at = now() + interval '1 hour' WHERE subscription_id = $1`,
      [id],
    );
    await service.database.query(`UPDATE subscription SET failures = 5, rest_until = '-infinity' WHERE id = $1`, [id]);
    const before = target.calls.length;
    broken = false;
    await send([ticket().opened()]);
    await eventually(() => expect(target.calls).toHaveLength(before + 2));
  });

  it('gets a redirect counted as a failure', async () => {
    const elsewhere = await receiver();
    const target = await receiver(status(307, { location: elsewhere.url }));
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () => expect((await deliveries(id))[0]).toMatchObject({ lastStatus: 307 }));
    expect(elsewhere.calls).toEqual([]);
  });
});
