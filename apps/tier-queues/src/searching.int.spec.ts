import { TicketOpened } from '@tierline/contracts';
import { eventually } from '@tierline/testing';
import { messaging, opened, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const tom = person('tom');
const lea = person('lea', 'lead');
const foreigner = person('tom', 'agent', 'globex');

type Window = { items: { id: string; subject: string; number: number }[]; next: string | null };
type Counts = { views: Record<string, { count: number; atLeast: boolean }> };

let desk: WorkingDesk;

const subjects = [
  'Printer jams on floor 3',
  'Überlauf im Postfach',
  'Wi-Fi drops (again!)',
  'Error E-1234: café menu.pdf won’t open',
];

beforeAll(async () => {
  desk = await startDesk();
  for (const subject of subjects) await desk.ticket(serviceDesk, TicketOpened({ ...opened.data, subject }));
  await desk.ticket(messaging, TicketOpened({ ...opened.data, subject: 'Printer of tier 2' }));
});

afterAll(() => desk?.service.stop());

const windowFor = async (q: string, more = '', as = tom) => {
  const { status, body } = await desk.get<Window>(`/windows?q=${encodeURIComponent(q)}${more}`, as);
  expect(status).toBe(200);
  return body;
};
const found = async (q: string, more = '', as = tom) =>
  (await windowFor(q, more, as)).items.map(({ subject }) => subject);

it.each([
  ['a word in any case', 'PRINTER', 0],
  ['the beginning of the last word', 'print', 0],
  ['several words in any order, the last one begun', 'jams pri', 0],
  ['a word without its accent', 'uberlauf', 1],
  ['a word with its accent, composed or not', 'U\u0308BERLAUF', 1],
  ['a word with an accent that the ticket writes too', 'café', 3],
  ['a part of a word with a hyphen', 'fi', 2],
  ['words whatever stands between them', 'wi.fi/DROPS', 2],
  ['a number within the text', 'e-1234', 3],
  ['a part of a file’s name', 'menu', 3],
])('finds %s', async (_, q, nth) => expect(await found(q)).toEqual([subjects[nth]]));

it.each([
  ['the inside of a word', 'inter'],
  ['words of which one is missing', 'printer drops'],
  ['a word begun before the last one', 'print jams'],
  ['nothing but punctuation', '%&_!'],
  ['quotes and operators', `' | printer & !jams:*`],
])('does not find %s', async (_, q) => {
  if (q.startsWith("'")) expect(await found(q)).toEqual([subjects[0]]);
  else expect(await found(q)).toEqual([]);
});

it('takes a number as the ticket’s, and finds just that', async () => {
  for (const q of ['1042', '#1042', 't-1042']) expect(await found(q)).toHaveLength(subjects.length);
  expect(await found('1234')).toEqual([]);
});

it('keeps to the queues, the views and the tenant of whoever asks', async () => {
  expect(await found('printer')).toEqual([subjects[0]]);
  expect((await found('printer', '&scope=desk', lea)).sort()).toEqual([subjects[0], 'Printer of tier 2']);
  expect(await found('printer', '&view=waiting')).toEqual([]);
  expect(await found('printer', '&view=my-turn')).toEqual([]);
  expect(await found('printer', '&scope=desk', foreigner)).toEqual([]);
  const other = await desk.service.database.asTenant('globex', (tx) =>
    tx.query(`SELECT * FROM tickets_found('{service-desk}', 'printer', 10)`),
  );
  expect(other).toEqual([]);
});

it('finds what is one’s own turn, and not what is done', async () => {
  const id = await desk.ticket(serviceDesk, TicketOpened({ ...opened.data, subject: 'Scanner beeps' }));
  await desk.act(id, 'claim', tom);
  expect(await found('scanner', '&view=my-turn')).toEqual(['Scanner beeps']);
  expect(await found('scanner')).toEqual(['Scanner beeps']);
  await desk.act(id, 'cancel', lea, { reason: 'done' });
  await eventually(async () => expect(await found('scanner')).toEqual([]));
});

describe('of very many tickets', () => {
  const fill = `INSERT INTO ticket (tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
      team, opened_at, queued_at, changed_at, due_at, body)
    SELECT 'acme', gen_random_uuid(), 1, n, CASE WHEN n % 400 = 0 THEN 'filled rarely' ELSE 'filled' END, 'x', 'QUEUED', 'P3',
      'tier-1', 1, queue, 'service-desk', now(), now(), now(), date_trunc('second', now()) + n % 50 * interval '1 minute',
      '{"counts": {}}'
    FROM generate_series(1, 4000) n, unnest(ARRAY['service-desk', 'phones']) AS queue`;

  beforeAll(async () => {
    await desk.service.database.query(fill);
    // Common in one queue alone, so that a page is made of a walk and of ids.
    await desk.service.database.query(
      `UPDATE ticket SET subject = 'Mixed' WHERE subject = 'filled' AND (queue = 'phones' OR number % 1000 = 1)`,
    );
  });

  const all = async (q: string, more = '') => {
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: Window = await windowFor(q, `&limit=200${more}${after ? `&after=${after}` : ''}`);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    return seen;
  };

  it('uses the index of words for rare ones, as the role of HTTP work', async () => {
    const found = await desk.service.database.asTenant('acme', async (tx) => {
      const scans = async () => {
        const sql = `SELECT pg_stat_get_xact_numscans('ticket_words'::regclass)::int AS scans`;
        return (await tx.query<{ scans: number }>(sql))[0]!.scans;
      };
      const before = await scans();
      const ids = await tx.query(`SELECT * FROM tickets_found('{service-desk,phones}', 'rarely', 100)`);
      return { ids: ids.length, scans: (await scans()) - before };
    });
    expect(found).toEqual({ ids: 20, scans: 1 });
    expect(await all('rarely')).toHaveLength(20);
  });

  it.each(['asc', 'desc'])('pages through common words without a gap or a repeat, %s', async (order) => {
    const mixed = await all('mixed', `&order=${order}`);
    expect(mixed).toHaveLength(3994);
    expect(new Set(mixed).size).toBe(3994);
  });

  it('counts what is found, at most a thousand', async () => {
    const counts = async (q: string) => (await desk.get<Counts>(`/windows/counts?q=${q}`, tom)).body.views;
    expect(await counts('rarely')).toMatchObject({
      all: { count: 20, atLeast: false },
      unclaimed: { count: 20, atLeast: false },
      waiting: { count: 0, atLeast: false },
      'my-turn': { count: 0, atLeast: false },
    });
    expect(await counts('mixed')).toMatchObject({ all: { count: 1_000, atLeast: true } });
  });
});
