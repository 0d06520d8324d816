import { messaging } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const ida = person('ida');
const tom = person('tom');
const lea = person('lea', 'lead');
const admin = person('omar', 'admin');

let desk: WorkingDesk;

beforeAll(async () => {
  desk = await startDesk();
});

afterAll(() => desk?.service.stop());

const policy = (contact: string) =>
  desk.ask('PUT', '/desk', admin, {
    tiers: [{ tier: 'tier-2', name: 'Specialists', rank: 2, defaultQueue: 'messaging', contact }],
  });

it('lets requesters hear from a tier as its contact policy says', async () => {
  const id = await desk.ticket(messaging);
  const reply = (as: typeof ida) => desk.act(id, 'reply', as, { text: 'We are at it.' });
  expect((await policy('internal')).status).toBe(200);
  expect(await reply(ida)).toMatchObject({ status: 403, body: { code: 'contact_internal' } });
  expect((await desk.act(id, 'note', ida, { text: 'Tell her that it takes a day.' })).status).toBe(200);
  expect((await reply(lea)).status).toBe(200);
  await policy('via-lower');
  expect(await reply(ida)).toMatchObject({ status: 403, body: { code: 'contact_via_lower' } });
  expect((await reply(tom)).status).toBe(200);
  await policy('public');
  expect(await reply(tom)).toMatchObject({ status: 403, body: { code: 'not_in_team' } });
  expect((await reply(ida)).status).toBe(200);
});
