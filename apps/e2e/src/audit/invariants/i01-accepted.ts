import { TicketOpened } from '@tierline/contracts';
import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Verdict, type Wrongs } from '../findings.ts';
import type { Service } from '../names.ts';
import type { Answer } from '../run.ts';
import { firstRecords, storiesOf } from '../views.ts';

const isGood = ({ status }: Answer) => status >= 200 && status < 300;
const keyOf = ({ tenant, person, key }: Answer) => `${tenant}/${person} key ${key}`;

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

const checkKeys = (opens: readonly Answer[], wrong: Wrongs): void => {
  const byKey = Map.groupBy(
    opens.filter(({ key }) => key),
    keyOf,
  );
  for (const [key, answers] of byKey) {
    const tickets = new Set(answers.map(({ ticket }) => ticket));
    if (tickets.size > 1) wrong(`${key} opened ${tickets.size} tickets: ${[...tickets].join(', ')}`);
  }
};

/** A person who asked n times, each time with a key or once, has at most n tickets: more come from nowhere. */
const checkStrays = (evidence: Evidence, wrong: Wrongs): void => {
  const opens = evidence.answers.filter(({ kind }) => kind === 'open');
  const asked = Map.groupBy(opens, ({ tenant, person }) => `${tenant}/${person}`);
  const rows = Map.groupBy(
    evidence.requests.filter(({ isDerived }) => !isDerived),
    ({ tenant, openedBy }) => `${tenant}/${openedBy}`,
  );
  for (const [person, attempts] of asked) {
    const most = new Set(attempts.map((answer, index) => answer.key ?? `without key ${index}`)).size;
    const own = rows.get(person) ?? [];
    if (own.length <= most) continue;
    const promised = new Set(attempts.map(({ ticket }) => ticket));
    const strays = own.map(({ ticket }) => ticket).filter((ticket) => !promised.has(ticket));
    wrong(`${person} asked for ${most} tickets and has ${own.length}; nobody was told of ${strays.join(', ')}`);
  }
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

/** I1: what was answered with 2xx is stored once, journalled once and published. */
export const accepted = (evidence: Evidence): Verdict => {
  const wrong = collectWrongs();
  const opens = evidence.answers.filter((answer) => answer.kind === 'open' && isGood(answer));
  const promised = checkPromisedOpens(evidence, opens, wrong);
  checkKeys(opens, wrong);
  checkStrays(evidence, wrong);
  const opened = checkOpenedRows(evidence, wrong);
  checkStandings(evidence, wrong);
  const commands = checkCommands(evidence, wrong);
  const inTopic = firstRecords(evidence);
  const records = evidence.journal.filter(({ type, id }) => type === TicketOpened.type && inTopic.has(id)).length;
  const rest = `${counted(evidence.requests.length)} tickets = ${counted(opened)} TicketOpened, ${counted(records)} in the topic`;
  return verdictOf('I1', wrong, `${counted(promised)} accepted; ${rest}; ${counted(commands)} commands`);
};
