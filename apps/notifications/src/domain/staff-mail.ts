import { oneLine } from './mail.ts';

/** What one person of the desk is told about a ticket. */
type TicketNews = {
  /** Absent in what was written before mails had links. */
  readonly ticketId?: string;
  readonly number: number;
  readonly subject: string;
  readonly text: string;
};

/** What one person of the desk is told of, a ticket or something else by its title. */
export type StaffNews = TicketNews | { readonly title: string; readonly text: string };

const keyOf = (news: StaffNews): string => ('title' in news ? news.title : String(news.ticketId ?? news.number));

const nameOf = (news: StaffNews): string => oneLine('title' in news ? news.title : `T-${news.number}: ${news.subject}`);

const countOf = (numbers: readonly number[]): string => {
  const named = numbers.slice(0, 5).map((number) => `T-${number}`);
  const count = numbers.length === 1 ? '1 ticket needs a look' : `${numbers.length} tickets need a look`;
  return `${count}: ${named.join(', ')}${numbers.length > 5 ? ' …' : ''}`;
};

const titleOf = (news: readonly StaffNews[]): string => {
  const numbers = [...new Set(news.flatMap((one) => ('title' in one ? [] : [one.number])))];
  const titles = [...new Set(news.flatMap((one) => ('title' in one ? [nameOf(one)] : [])))];
  if (numbers.length + titles.length === 1) return nameOf(news[0]!);
  const more = titles.length > 1 ? ` and ${titles.length - 1} more` : '';
  return [...titles.slice(0, 1).map((title) => title + more), ...(numbers.length > 0 ? [countOf(numbers)] : [])].join(
    '; ',
  );
};

/**
 * Subject and plain text of a mail to somebody of the desk; one mail may tell of several tickets, each with a link to
 * it where the desk's address is known. The ticket's
 * reference is not in it: an answer to such a mail is no word of the requester.
 */
export const staffMailOf = (name: string, news: readonly StaffNews[], desk?: string) => {
  const parts = [...Map.groupBy(news, keyOf).values()].map((some) => {
    const first = some[0]!;
    const texts = some.map(({ text }) => text);
    if ('title' in first) return [oneLine(first.title), ...texts].join('\n');
    const { number, subject, ticketId } = first;
    const link = desk === undefined || ticketId === undefined ? [] : [`${desk}/tickets/${ticketId}`];
    return [`T-${number}  ${oneLine(subject)}`, ...texts, ...link].join('\n');
  });
  return {
    subject: titleOf(news),
    text: [`Hello ${oneLine(name)},`, ...parts, 'Tierline'].join('\n\n').concat('\n'),
  };
};
