import {
  AgentChanged,
  ManagementNotified,
  PersonChanged,
  SlaBreached,
  StaffNotificationFailed,
  StaffNotified,
  type Fact,
  type Told,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  testParts,
  type ServiceUnderTest,
} from '@tierline/testing';
import { notifications } from './app.module.ts';
import * as story from './testing/story.ts';

const { somebody } = story;

let service: ServiceUnderTest;
let topic: Awaited<ReturnType<typeof subscribe>>;

const start = (smtpUrl: string) =>
  startUnderTest(notifications, {
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'Acme help desk <desk@acme.example>',
    MAIL_RETRY_SECONDS: '0.1,0.1',
  });

afterEach(async () => {
  await topic?.close();
  await service?.stop();
});

const ticketOf = () => story.ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), 'anna.berg');
const sendAbout = (subject: string, fact: Fact) => send([recordOf(service.prefix, fact, { subject })]);
const toldOf = (ticket: string, type: string) => topic.about(ticket).filter((event) => event.type === type);
const lead = (agentId: string): Told => ({
  who: 'lead',
  agentId,
  team: 'service-desk',
  notBefore: '2026-01-05T08:00:00.000Z',
});
const failed = (channel: string) => new RegExp(`tierline_deliveries\\{channel="${channel}",state="failed"\\} [1-9]`);

it('tells of a mail to the desk that is given up after its retries, as of one to a requester', async () => {
  service = await start('smtp://127.0.0.1:1');
  topic = await subscribe(service.prefix);
  const ida = somebody();
  await sendAbout(
    `acme/agent/${ida.personId}`,
    AgentChanged({ agentId: ida.personId, name: ida.name, email: ida.email, teams: ['service-desk'] }),
  );
  await eventually(async () =>
    expect(await service.database.query('SELECT 1 FROM agent_team WHERE agent_id = $1', [ida.personId])).toHaveLength(
      1,
    ),
  );
  const ticket = ticketOf();
  const up = ticket.record(ManagementNotified({ ...ManagementNotified.example, tell: [lead(ida.personId)] }));
  await send([ticket.opened(), up]);
  const [event] = await eventually(() => {
    const events = toldOf(ticket.id, StaffNotificationFailed.type);
    expect(events).toHaveLength(1);
    return events;
  });
  expect(event).toMatchObject({
    source: '/notifications',
    actor: 'system:notifications',
    sequence: 1,
    data: { personId: ida.personId, kind: 'notified-up', attempts: 3 },
  });
  expect((event!.data as { reason: string }).reason).toContain('3 tries failed');
  expect((await service.request('GET', '/metrics')).body).toMatch(failed('staff'));
});

it('tells of each ticket and event of which a mail would have told somebody without an address', async () => {
  service = await start(testParts().smtpUrl);
  topic = await subscribe(service.prefix);
  const nobody = { ...somebody(), email: null };
  await sendAbout(nobody.personId, PersonChanged(nobody));
  const tickets = [ticketOf(), ticketOf()];
  const missed = SlaBreached({ ...SlaBreached.example, tell: [lead(nobody.personId)] });
  await send(tickets.flatMap((ticket) => [ticket.opened(), ticket.record(missed)]));
  // What gathers goes out now, as it does after a while.
  await eventually(async () => {
    const waiting = await service.database.query(`SELECT 1 FROM delivery WHERE channel = 'staff'`);
    expect(waiting).toHaveLength(2);
  });
  await service.database.query(`UPDATE lane SET next_attempt_at = now() WHERE stream = 'staff'`);
  for (const { id } of tickets) {
    await eventually(() =>
      expect(toldOf(id, StaffNotificationFailed.type)).toMatchObject([
        { data: { personId: nobody.personId, kind: 'sla-breached', attempts: 1 } },
      ]),
    );
    expect(toldOf(id, StaffNotified.type)).toEqual([]);
  }
});
