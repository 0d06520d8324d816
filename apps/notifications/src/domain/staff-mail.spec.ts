import { staffMailOf } from './staff-mail.ts';

const news = (number: number, text: string) => ({ number, subject: `Ticket\r\nno. ${number}`, text });

it('names the ticket, on one line and not as requesters’ mails do', () =>
  expect(staffMailOf('Lea Fischer', [news(1042, 'The time for the solution is over.')])).toEqual({
    subject: 'T-1042: Ticket no. 1042',
    text: 'Hello Lea Fischer,\n\nT-1042  Ticket no. 1042\nThe time for the solution is over.\n\nTierline\n',
  }));

it('links to the tickets where the desk has an address', () => {
  const linked = (id: string, text: string) => ({ ...news(1, text), ticketId: id });
  expect(staffMailOf('Lea', [linked('a', 'first'), linked('a', 'second')], 'https://desk.example').text).toContain(
    'first\nsecond\nhttps://desk.example/tickets/a\n\n',
  );
  expect(staffMailOf('Lea', [news(1, 'old news')], 'https://desk.example').text).not.toContain('https');
});

it('tells of several tickets in one mail, each with all that happened', () => {
  const mail = staffMailOf('Lea', [news(1, 'first'), news(2, 'other'), news(1, 'second')]);
  expect(mail.subject).toBe('2 tickets need a look: T-1, T-2');
  expect(mail.text).toContain('T-1  Ticket no. 1\nfirst\nsecond\n\nT-2  Ticket no. 2\nother\n');
});

it('does not name them all in the subject', () => {
  const many = Array.from({ length: 7 }, (_, index) => news(index + 1, 'late'));
  expect(staffMailOf('Lea', many).subject).toBe('7 tickets need a look: T-1, T-2, T-3, T-4, T-5 …');
});

it('tells beside tickets of what is none, by its title', () => {
  const queue = { title: 'Nobody will serve the queue Network', text: 'All are away.' };
  expect(staffMailOf('Lea', [queue])).toEqual({
    subject: queue.title,
    text: `Hello Lea,\n\n${queue.title}\nAll are away.\n\nTierline\n`,
  });
  const other = { ...queue, title: 'Nobody will serve the queue Phones' };
  expect(staffMailOf('Lea', [news(1, 'late'), queue]).subject).toBe(`${queue.title}; 1 ticket needs a look: T-1`);
  expect(staffMailOf('Lea', [queue, other]).subject).toBe(`${queue.title} and 1 more`);
});
