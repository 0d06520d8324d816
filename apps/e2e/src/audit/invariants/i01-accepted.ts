import { TicketOpened } from '@tierline/contracts';
import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import type { Service } from '../names.ts';
import type { Answer } from '../run.ts';
import { judging, type Inspection } from '../inspection.ts';
import { firstRecords, storiesOf } from '../views.ts';

const isGood = ({ status }: Answer) => status >= 200 && status < 300;
const personOf = ({ tenant, person }: Answer) => `${tenant}/${person}`;
const keyOf = (answer: Answer) => `${personOf(answer)} key ${answer.key}`;
const isOpen = ({ kind }: Answer) => kind === 'open';

const checkPromisedOpens = (evidence: Evidence, opens: readonly Answer[], wrong: Wrongs): number => {
  const rows = Map.groupBy(evidence.requests, ({ ticket }) => ticket);
  const stories = storiesOf(evidence).intake;
  const inTopic = firstRecords(evidence);
  const promised = new Set(opens.flatMap(({ ticket }) => ticket ?? []));
  for (const ticket of promised) {
    const found = rows.get(ticket)?.length ?? 0;
    if (found !== 1) wrong(`ticket ${ticket} was accepted and has ${found} rows in intake`);
    const opened = (stories.get(ticket) ?? []).filter(({ type }) => type === TicketOpened.type);
    if (opened.length !== 1)
      wrong(`ticket ${ticket} was accepted and has ${opened.length} TicketOpened in the journal`);
    for (const { id } of opened)
      if (!inTopic.has(id)) wrong(`ticket ${ticket} was accepted, but its TicketOpened ${id} is not in the topic`);
  }
  for (const answer of opens) if (!answer.ticket) wrong(`an open of ${keyOf(answer)} was accepted without a ticket`);
  return promised.size;
};

/** The tickets that each key opened; nearly always it is one. */
const openedByKeys = () => {
  const first = new Map<string, string | null | undefined>();
  const several = new Map<string, Set<string | null>>();
  return {
    note: (answer: Answer): boolean => {
      const key = keyOf(answer);
      const known = first.get(key);
      const ticket = isGood(answer) ? (answer.ticket ?? null) : undefined;
      if (known === undefined || ticket === undefined || known === ticket) {
        const isNew = !first.has(key);
        if (isNew || ticket !== undefined) first.set(key, ticket);
        return isNew;
      }
      several.set(key, (several.get(key) ?? new Set([known])).add(ticket));
      return false;
    },
    check: (wrong: Wrongs): void => {
      for (const [key, tickets] of several) wrong(`${key} opened ${tickets.size} tickets: ${[...tickets].join(', ')}`);
    },
  };
};

const mostStrays = 1_000;

/** A person who asked n times, each time with a key or once, has at most n tickets: more come from nowhere. */
const countStrays = () => {
  const asked = new Map<string, number>();
  const own = new Map<string, { count: number; untold: string[] }>();
  return {
    noteAsked: (answer: Answer) => asked.set(personOf(answer), (asked.get(personOf(answer)) ?? 0) + 1),
    noteOwn: ({ answers, requests }: Evidence): void => {
      const told = new Set(answers.filter(isOpen).map((answer) => `${personOf(answer)} ${answer.ticket}`));
      for (const { tenant, openedBy, ticket, isDerived } of requests) {
        if (isDerived) continue;
        const person = `${tenant}/${openedBy}`;
        const tally = own.get(person) ?? { count: 0, untold: [] };
        own.set(person, tally);
        tally.count += 1;
        if (!told.has(`${person} ${ticket}`) && tally.untold.length < mostStrays) tally.untold.push(ticket);
      }
    },
    check: (wrong: Wrongs): void => {
      for (const [person, most] of asked) {
        const { count, untold } = own.get(person) ?? { count: 0, untold: [] };
        if (count > most)
          wrong(`${person} asked for ${most} tickets and has ${count}; nobody was told of ${untold.join(', ')}`);
      }
    },
  };
};

const checkOpenedRows = (evidence: Evidence, wrong: Wrongs): number => {
  const rows = new Set(evidence.requests.map(({ ticket }) => ticket));
  const opened = new Map<string, number>();
  for (const { service, type, aggregate } of evidence.journal)
    if (service === 'intake' && type === TicketOpened.type) opened.set(aggregate, (opened.get(aggregate) ?? 0) + 1);
  for (const ticket of rows)
    if (opened.get(ticket) !== 1) wrong(`ticket ${ticket} is stored with ${opened.get(ticket) ?? 0} TicketOpened`);
  for (const ticket of opened.keys())
    if (!rows.has(ticket)) wrong(`ticket ${ticket} has a TicketOpened in the journal and no row`);
  return opened.size;
};

/** State and journal are written together: the one never says more than the other. */
const checkStandings = (evidence: Evidence, wrong: Wrongs): void => {
  const last = new Map<string, number>();
  for (const { service, aggregate, sequence } of evidence.journal) {
    const key = `${service} ${aggregate}`;
    if ((last.get(key) ?? 0) < sequence) last.set(key, sequence);
  }
  for (const { service, table, aggregate, sequence } of evidence.standings) {
    const key = `${service} ${aggregate}`;
    const written = last.get(key) ?? 0;
    if (written !== sequence)
      wrong(`${service}: ${table} ${aggregate} stands at ${sequence}, its journal ends at ${written}`);
  }
};

/** A ticket's command was answered by the service whose words the answer uses. */
const publishersOf = (body: Answer['body']): readonly Service[] =>
  body?.state ? ['tier-queues'] : ['intake', 'tier-queues'];

const checkCommands = (evidence: Evidence, wrong: Wrongs): number => {
  const stories = storiesOf(evidence);
  const good = evidence.answers.filter((answer) => answer.kind !== 'open' && isGood(answer) && answer.ticket);
  for (const { person, command, kind, ticket, sequence, body } of good) {
    if (sequence === null || sequence === undefined || sequence === 0) continue;
    const publishers = publishersOf(body);
    const isTold = (service: Service) => stories[service].get(ticket!)?.some((event) => event.sequence === sequence);
    if (publishers.some(isTold)) continue;
    const asked = `${command ?? kind} of ${person} on ${ticket}`;
    wrong(`${asked} was answered with sequence ${sequence}, which ${publishers.join(' and ')} never journalled`);
  }
  return good.length;
};

const recordsOfOpenings = (evidence: Evidence): number => {
  const inTopic = firstRecords(evidence);
  return evidence.journal.filter(({ type, id }) => type === TicketOpened.type && inTopic.has(id)).length;
};

/** I1: what was answered with 2xx is stored once, journalled once and published. */
export const inspectAccepted = (): Inspection => {
  const wrong = collectWrongs();
  const keys = openedByKeys();
  const strays = countStrays();
  const sums = { promised: 0, requests: 0, opened: 0, records: 0, commands: 0 };
  return {
    survey: ({ answers }) => {
      for (const answer of answers) if (isOpen(answer) && (!answer.key || keys.note(answer))) strays.noteAsked(answer);
    },
    look: (part) => {
      const opens = part.answers.filter((answer) => isOpen(answer) && isGood(answer));
      sums.promised += checkPromisedOpens(part, opens, wrong);
      strays.noteOwn(part);
      sums.opened += checkOpenedRows(part, wrong);
      checkStandings(part, wrong);
      sums.commands += checkCommands(part, wrong);
      sums.requests += part.requests.length;
      sums.records += recordsOfOpenings(part);
    },
    verdict: () => {
      keys.check(wrong);
      strays.check(wrong);
      const rest = `${counted(sums.requests)} tickets = ${counted(sums.opened)} TicketOpened, ${counted(sums.records)} in the topic`;
      return verdictOf('I1', wrong, `${counted(sums.promised)} accepted; ${rest}; ${counted(sums.commands)} commands`);
    },
  };
};
export const accepted = judging(inspectAccepted);
