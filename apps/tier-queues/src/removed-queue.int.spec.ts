import { eventually, subscribe } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { deskBody, opened, phones, routed } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const lea = person('lea', 'lead');
const admin = person('omar', 'admin');

let desk: WorkingDesk;
let topic: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '1' });
  topic = await subscribe(desk.service.prefix);
});

afterAll(async () => {
  await topic?.close();
  await desk?.service.stop();
});

const teams = [...new Set(deskBody.queues.map(({ team }) => team))].map((team) => ({ team, name: team, lead: 'tom' }));
const agents = [...deskBody.agents, { agentId: 'nia', name: 'Nia', teams: ['network'] }];
const whole = { ...deskBody, teams, agents };
const replace = (document: object) => desk.ask('PUT', '/desk?mode=replace', admin, document);
const withoutPhones = { ...whole, queues: whole.queues.filter(({ queue }) => queue !== phones.queue) };

/** It waits in the default queue of the tier, and its lead was told once why. */
const isMended = async (id: string) => {
  await eventually(async () =>
    expect((await desk.get(`/tickets/${id}`, lea)).body).toMatchObject({ state: 'QUEUED', queue: 'service-desk' }),
  );
  await eventually(() =>
    expect(topic.about(id).filter(({ type }) => type === 'tierline.ticket.orphan-detected.v1')).toMatchObject([
      { data: { kind: 'no-queue', repair: 'default-queue', tell: [{ who: 'lead', agentId: 'tom' }] } },
    ]),
  );
};

it('puts a ticket that is routed into a queue that went before into the default queue, and tells the lead', async () => {
  expect((await replace(withoutPhones)).body).toMatchObject({ queues: { changed: 1 } });
  const id = uuidv7();
  await desk.tell(id, opened);
  await desk.tell(id, routed(phones));
  await isMended(id);
});

it('mends a ticket whose queue went while it was being routed into it', async () => {
  expect((await replace(whole)).status).toBe(200);
  const id = uuidv7();
  await desk.tell(id, opened);
  await eventually(async () => expect((await desk.get(`/tickets/${id}`, lea)).status).toBe(200));
  const { database } = desk.service;
  await database.inBackground(async (tx) => {
    await tx.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [id]);
    await desk.tell(id, routed(phones));
    // The route has looked at the desk by now, and waits for the ticket.
    await eventually(async () =>
      expect(
        await database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        ),
      ).not.toEqual([]),
    );
    expect((await replace(withoutPhones)).status).toBe(200);
  });
  await isMended(id);
});
