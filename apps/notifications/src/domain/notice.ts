import {
  AttentionRaised,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  ManagementNotified,
  OrphanDetected,
  SlaBreached,
  SlaOverrun,
  SlaWarned,
  StakeholderUpdateDue,
  StakeholdersUpdated,
  TicketStalled,
  is,
  type EventOf,
  type Received,
  type Told,
} from '@tierline/contracts';

/**
 * To whom a mail goes: a person, or the lead of a team; where the desk names no lead, and for `everybody`, all of the
 * team. A team that is not named is the one that the ticket is with.
 */
export type Addressee =
  { readonly person: string } | { readonly lead: string | null } | { readonly everybody: string | null };

/** What somebody of the desk has to know about a ticket. */
export type Notice = {
  readonly to: Addressee;
  /** What happened, and until when it has to be dealt with: a sentence or two. */
  readonly text: string;
  /** Not to be sent earlier, ISO 8601. */
  readonly notBefore: string;
  /** Found by the desk itself, perhaps for many tickets at once: such notices gather for a while and go as one mail. */
  readonly gathers: boolean;
};

type ClockKind = EventOf<typeof SlaWarned>['data']['kind'];

const promises: Readonly<Record<ClockKind, string>> = {
  'sla-first-response': 'the first answer',
  'sla-next-response': 'the answer to the latest question',
  'sla-resolution': 'the solution',
  'ola-waiting': 'the start of work by the team',
  'ola-working': 'the work of the team',
  'uc-vendor': 'the answer of the vendor',
  'uc-partner': 'the work of the partner',
};

const moment = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

/** The addressees of what the desk wants told; nobody named: those who lead the team, or all of it while they are away. */
const addressee = ({ agentId, team, everybody = false }: Told): Addressee => {
  if (agentId !== null) return { person: agentId };
  return everybody ? { everybody: team } : { lead: team };
};

/** Whoever stands in learns for whom. */
const wordsFor = ({ standsInFor }: Told, text: string): string =>
  standsInFor === undefined ? text : `${text}\nThis is for ${standsInFor}, who is away.`;

/** A notice for each who is to be told of what the desk found. */
export const gathered = (tell: readonly Told[], text: string): Notice[] =>
  tell.map((told) => ({ to: addressee(told), text: wordsFor(told, text), notBefore: told.notBefore, gathers: true }));

const warned = ({ data }: EventOf<typeof SlaWarned>): Notice[] => {
  const due = data.due === null ? '' : ` It is due on ${moment(data.due)}.`;
  const text = `${data.share} % of the time for ${promises[data.kind]} is used up.${due}`;
  return data.tell.flatMap((told): Notice[] => {
    const notice = { text: wordsFor(told, text), notBefore: told.notBefore, gathers: true };
    // Nobody owns the ticket: whoever of the team is free can take it.
    const unowned: Notice[] = told.who === 'owner' ? [] : [{ ...notice, to: { everybody: told.team } }];
    return [{ ...notice, to: addressee(told) }, ...unowned];
  });
};

const breached = ({ data }: EventOf<typeof SlaBreached>): Notice[] => {
  const due = data.due === null ? '' : `: it was due on ${moment(data.due)}`;
  return gathered(data.tell, `The time for ${promises[data.kind]} is over${due}.`);
};

const overran = ({ data }: EventOf<typeof SlaOverrun>): Notice[] => {
  const due = data.due === null ? '' : `; it was due on ${moment(data.due)}`;
  return gathered(data.tell, `${data.share} % of the time for ${promises[data.kind]} is used up${due}.`);
};

const faults: Readonly<Record<EventOf<typeof OrphanDetected>['data']['kind'], string>> = {
  'no-queue': 'The ticket was in no queue',
  'no-wake-up': 'The ticket was on hold without an end',
  'no-deadline': 'Nothing was due on the ticket',
  unanswered: 'The requester wrote, and nobody answered in time',
};
const repairs: Readonly<Record<EventOf<typeof OrphanDetected>['data']['repair'], string>> = {
  'default-queue': 'it was put into the default queue',
  resumed: 'the hold was ended',
  'timer-armed': 'its timers were set again',
  'record-restored': 'its place was written down again',
  fired: 'what was due has been done now',
  'lead-told': 'you are told instead',
};

const orphaned = ({ data: { kind, repair, tell = [] } }: EventOf<typeof OrphanDetected>): Notice[] =>
  gathered(tell, `${faults[kind]}; ${repairs[repair]}.`);

const attention: Readonly<Record<'bounced' | 'requester-asked' | 'hold-cap', string>> = {
  bounced: 'The ticket went back and forth too often. Decide where it stays:',
  'requester-asked': 'The requester asks somebody in charge to look at it:',
  'hold-cap': 'The ticket may not be held any longer:',
};

const atOnce = (to: Addressee, text: string, { time }: Received): Notice => ({
  to,
  text,
  notBefore: time,
  gathers: false,
});

const toTold = (tell: readonly Told[], text: string, event: Received): Notice[] =>
  tell.map((told) => atOnce(addressee(told), wordsFor(told, text), event));

/** For those whom the event names, as it does while the ticket is between two queues; else for the lead of its team. */
const inCharge = (
  event: EventOf<typeof AttentionRaised> | EventOf<typeof ManagementNotified>,
  text: string,
): Notice[] => {
  const { tell, place } = event.data;
  return tell ? toTold(tell, text, event) : [atOnce({ lead: place?.team ?? null }, text, event)];
};

const raised = (event: EventOf<typeof AttentionRaised>): Notice[] => {
  const { reason, detail } = event.data;
  // These two have events of their own, which tell more.
  if (reason === 'breach' || reason === 'notified-up') return [];
  return inCharge(event, `${attention[reason]} ${detail}`);
};

const nextWord = ({ updateDue }: { readonly updateDue: string }): string =>
  `Stakeholders are to be told again by ${moment(updateDue)}.`;

const declared = (event: EventOf<typeof MajorIncidentDeclared>): Notice[] => {
  const { commander, summary, tell } = event.data;
  const text = `It is a major incident, commanded by ${commander}: ${summary}\n${nextWord(event.data)}`;
  const others = tell ? toTold(tell, text, event) : [atOnce({ lead: null }, text, event)];
  return [atOnce({ person: commander }, text, event), ...others];
};

/** For the commander and whoever was told before; nobody is named in events from before that was kept. */
const goesOn = (
  event: EventOf<typeof StakeholdersUpdated> | EventOf<typeof MajorIncidentEnded>,
  text: string,
): Notice[] => {
  const { commander, tell = [] } = event.data;
  const own = commander === undefined ? [] : [atOnce({ person: commander }, text, event)];
  return [...own, ...toTold(tell, text, event)];
};

const handedOn = (event: EventOf<typeof MajorCommanderChanged>): Notice[] => {
  const { commander, previous, reason, tell } = event.data;
  const then = `${reason}\n${nextWord(event.data)}`;
  const text = `${commander} commands the major incident now, ${previous} did until now: ${then}`;
  return [
    atOnce({ person: commander }, `You command the major incident now, ${previous} did until now: ${then}`, event),
    atOnce({ person: previous }, text, event),
    ...toTold(tell, text, event),
  ];
};

const updateDue = (event: EventOf<typeof StakeholderUpdateDue>): Notice[] => {
  const { commander, due, tell } = event.data;
  const text = `The stakeholders of the major incident should have been told by ${moment(due)}.`;
  return tell ? toTold(tell, text, event) : [atOnce({ person: commander }, text, event)];
};

/** Whom of the desk an event is for, and what they are told of it; empty for most events. */
export const noticesOf = (event: Received): readonly Notice[] => {
  if (is(SlaWarned, event)) return warned(event);
  if (is(SlaBreached, event)) return breached(event);
  if (is(SlaOverrun, event)) return overran(event);
  if (is(OrphanDetected, event)) return orphaned(event);
  if (is(TicketStalled, event))
    return gathered(event.data.tell, 'Nothing is due on the ticket, and nothing has happened for long.');
  if (is(AttentionRaised, event)) return raised(event);
  if (is(ManagementNotified, event))
    return inCharge(event, `${event.data.agentId} brings the ticket to management: ${event.data.reason}`);
  if (is(MajorIncidentDeclared, event)) return declared(event);
  if (is(StakeholdersUpdated, event))
    return goesOn(event, `How the major incident stands: ${event.data.text}\n${nextWord(event.data)}`);
  if (is(MajorCommanderChanged, event)) return handedOn(event);
  if (is(MajorIncidentEnded, event)) return goesOn(event, `The major incident is over: ${event.data.reason}`);
  return is(StakeholderUpdateDue, event) ? updateDue(event) : [];
};
