import { NotificationFailed, NotificationSent, PersonChanged } from '@tierline/contracts';
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

beforeAll(async () => {
  service = await startUnderTest(notifications, {
    SMTP_URL: testParts().smtpUrl,
    MAIL_FROM: 'Acme help desk <desk@acme.example>',
  });
  topic = await subscribe(service.prefix);
});

afterAll(async () => {
  await topic?.close();
  await service?.stop();
});

const ticketOf = (requesterId: string, tenant?: string) =>
  story.ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), requesterId, tenant);
const mailsOf = (address: string) => story.mailsOf(testParts().mailApiUrl, address);

/** Tells notifications who a person is, as intake does. */
const introduce = (person: { personId: string; name: string; email: string | null }, tenant = 'acme'): Promise<void> =>
  send([recordOf(service.prefix, PersonChanged(person), { subject: person.personId, tenant })]);

const told = (ticket: string, type: string) => topic.about(ticket).filter((event) => event.type === type);

it('writes to the requester when a ticket is opened, answered and resolved, in order and in one thread', async () => {
  const anna = somebody();
  const ticket = ticketOf(anna.personId);
  await introduce(anna);
  await send([ticket.opened(), ticket.answered('Have you tried the other socket?'), ticket.resolved('New cable.')]);
  const mails = await eventually(async () => {
    const arrived = await mailsOf(anna.email);
    expect(arrived).toHaveLength(3);
    return arrived;
  });
  const [opened, answered, resolved] = mails.toSorted((a, b) => a.indexOf('New cable') - b.indexOf('New cable'));
  for (const mail of mails) {
    expect(mail).toContain('Subject: [T-1042] Outlook asks for my password again and again');
    expect(mail).toContain(`References: <ticket.${ticket.id}@acme.example>`);
    expect(mail).toContain('Auto-Submitted: auto-generated');
    expect(mail).toContain('Hello Anna Berg,');
  }
  expect([opened, answered].join()).toContain('Have you tried the other socket?');
  expect(resolved).toContain('New cable.');
  const events = await eventually(() => {
    expect(told(ticket.id, NotificationSent.type)).toHaveLength(3);
    return told(ticket.id, NotificationSent.type);
  });
  expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect(events.map(({ data }) => (data as { template: string }).template)).toEqual(['opened', 'answered', 'resolved']);
  for (const { data } of events)
    expect(mails.join()).toContain(`<${(data as { deliveryId: string }).deliveryId}@acme.example>`);
});

it('sends one mail for an event that comes twice', async () => {
  const anna = somebody();
  const ticket = ticketOf(anna.personId);
  await introduce(anna);
  const opened = ticket.opened();
  await send([opened, opened]);
  await send([opened, ticket.resolved('Done.')]);
  await eventually(() => expect(told(ticket.id, NotificationSent.type)).toHaveLength(2));
  expect(await mailsOf(anna.email)).toHaveLength(2);
});

it('waits for a person who is not known yet', async () => {
  const late = somebody();
  const ticket = ticketOf(late.personId);
  await send([ticket.opened()]);
  await eventually(async () => {
    const waiting = await service.database.query(`SELECT 1 FROM lane WHERE awaited_person = $1`, [late.personId]);
    expect(waiting).toHaveLength(1);
  });
  await introduce(late);
  await eventually(async () => expect(await mailsOf(late.email)).toHaveLength(1));
  await eventually(() =>
    expect(told(ticket.id, NotificationSent.type)).toEqual([
      expect.objectContaining({ data: expect.objectContaining({ personId: late.personId, attempts: 1 }) }),
    ]),
  );
});

it('tells that it cannot write to a person without an address', async () => {
  const nobody = { ...somebody(), email: null };
  const ticket = ticketOf(nobody.personId);
  await introduce(nobody);
  await send([ticket.opened()]);
  await eventually(() =>
    expect(told(ticket.id, NotificationFailed.type)).toEqual([
      expect.objectContaining({
        source: '/notifications',
        actor: 'system:notifications',
        data: expect.objectContaining({ template: 'opened', reason: 'the requester has no e-mail address' }),
      }),
    ]),
  );
});

it('does not mix up people of two tenants', async () => {
  const anna = somebody();
  const other = { ...anna, email: `other-${anna.email}` };
  await introduce(anna, 'acme');
  await introduce(other, 'globex');
  await send([ticketOf(anna.personId, 'globex').opened()]);
  await eventually(async () => expect(await mailsOf(other.email)).toHaveLength(1));
  expect(await mailsOf(anna.email)).toHaveLength(0);
});

it('shows its deliveries among the figures', async () => {
  const { body } = await service.request('GET', '/metrics');
  expect(body).toMatch(/tierline_deliveries\{channel="mail",state="sent"\} [1-9]/);
});
