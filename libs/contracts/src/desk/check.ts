import { demandFaults, demandWarnings, unservedFaults } from './demands.ts';
import type { DeskFault } from './document.ts';
import { unknownReferences, type PartFault } from './references.ts';
import { deskSortNames, deskSorts, partId, type DeskParts } from './sorts.ts';

const fault = (
  part: PartFault['part'],
  index: number,
  field: string,
  message: string,
  kind: PartFault['kind'] = 'always',
): PartFault => ({ part, index, field, message, kind });

const namedTwice = (parts: DeskParts): PartFault[] =>
  deskSortNames.flatMap((part) => {
    const seen = new Set<string>();
    return parts[part].flatMap((item, index) => {
      const id = partId(part, item);
      if (seen.has(id)) return [fault(part, index, deskSorts[part].idField, `${id} is named twice`)];
      seen.add(id);
      return [];
    });
  });

const tierFaults = ({ tiers, queues }: DeskParts): PartFault[] =>
  tiers.flatMap(({ tier, rank, defaultQueue }, index) => {
    const rival = tiers.find((other) => other.rank === rank && other.tier !== tier);
    const home = queues.find(({ queue }) => queue === defaultQueue)?.tier;
    return [
      ...(rival
        ? [fault('tiers', index, 'rank', `${rank} is the rank of tier ${rival.tier} too; each tier has its own`)]
        : []),
      ...(home !== undefined && home !== tier
        ? [fault('tiers', index, 'defaultQueue', `queue ${defaultQueue} belongs to tier ${home}, not to ${tier}`)]
        : []),
    ];
  });

type Named = { readonly tier?: string | null | undefined; readonly queue?: string | null | undefined };

const placeFaults = ({ queues, categories, rules }: DeskParts): PartFault[] => {
  const homes = new Map(queues.map(({ queue, tier }) => [queue, tier]));
  const wrong = ({ tier, queue }: Named): string | null => {
    const home = homes.get(queue ?? '');
    if (!tier || home === undefined || home === tier) return null;
    return `queue ${queue} belongs to ${home}, not to ${tier}`;
  };
  const told = (part: 'categories' | 'rules', index: number, field: string, message: string | null) =>
    message === null ? [] : [fault(part, index, field, message)];
  return [
    ...categories.flatMap((category, index) => told('categories', index, 'queue', wrong(category))),
    ...rules.flatMap(({ then }, index) => told('rules', index, 'then.queue', wrong(then))),
  ];
};

const wayFaults = ({ tiers, handovers, escalations }: DeskParts): PartFault[] => {
  const ranks = new Map(tiers.map(({ tier, rank }) => [tier, rank]));
  const wrong = (part: 'handovers' | 'escalations', from: string, to: string, index: number): PartFault[] => {
    const [low, high] = [ranks.get(from), ranks.get(to)];
    if (low === undefined || high === undefined || low < high) return [];
    const back = escalations.some((other) => other.from === to && other.to === from);
    const round = part === 'escalations' && (from === to || back);
    const why = round ? `${from} and ${to} go round in a circle` : `${to} is not above ${from}`;
    return [fault(part, index, 'to', `${why}; the way has to lead to a higher rank`)];
  };
  return [
    ...handovers.flatMap(({ from, to }, index) => wrong('handovers', from, to, index)),
    ...escalations.flatMap(({ from, to }, index) => wrong('escalations', from, to, index)),
  ];
};

const successorFaults = ({ queues }: DeskParts): PartFault[] => {
  const homes = new Map(queues.map(({ queue, tier }) => [queue, tier]));
  return queues.flatMap(({ queue, tier, calendar, handsOverTo }, index) => {
    if (handsOverTo === undefined) return [];
    const wrong = (message: string) => [fault('queues', index, 'handsOverTo', message)];
    if (handsOverTo === queue) return wrong(`${queue} cannot hand over to itself`);
    if (calendar === undefined) return wrong(`without a calendar ${queue} never closes`);
    const home = homes.get(handsOverTo);
    return home === undefined || home === tier ? [] : wrong(`queue ${handsOverTo} belongs to ${home}, not to ${tier}`);
  });
};

const choiceFaults = ({ categories }: DeskParts): PartFault[] =>
  categories.flatMap(({ form = [] }, index) =>
    form.flatMap(({ field, kind, options }, position) => {
      const at = `form.${position}`;
      if (form.findIndex((other) => other.field === field) !== position)
        return [fault('categories', index, `${at}.field`, `${field} stands in the form twice`)];
      if ((kind === 'choice') === (options !== undefined)) return [];
      const message = kind === 'choice' ? 'a choice needs its options' : `only a choice has options, not a ${kind}`;
      return [fault('categories', index, `${at}.options`, message)];
    }),
  );

const leadFaults = ({ teams }: DeskParts): PartFault[] =>
  teams.flatMap(({ lead, leads = [] }, index) => {
    if (lead === undefined && leads.length > 0)
      return [fault('teams', index, 'lead', 'who decides beside a lead needs one: name who is told first')];
    return leads.flatMap((person, position) =>
      person === lead || leads.indexOf(person) !== position
        ? [fault('teams', index, `leads.${position}`, `${person} leads the team already`)]
        : [],
    );
  });

const managementFaults = ({ management, agents }: DeskParts): PartFault[] => {
  const known = new Set(agents.map(({ agentId }) => agentId));
  return management.flatMap(({ personId, name }, index) => {
    if (name !== undefined || known.has(personId)) return [];
    const message = `there is no agent ${personId}; of anybody else in management the name has to be said`;
    return [fault('management', index, 'personId', message)];
  });
};

const absenceFaults = ({ absences, agents, management }: DeskParts): PartFault[] => {
  const known = new Set([...agents.map(({ agentId }) => agentId), ...management.map(({ personId }) => personId)]);
  const unknown = (index: number, field: 'personId' | 'deputy', person: string | undefined) =>
    person === undefined || known.has(person)
      ? []
      : [fault('absences', index, field, `there is no agent ${person}, and nobody of management of that name`)];
  return absences.flatMap(({ personId, deputy }, index) => [
    ...unknown(index, 'personId', personId),
    ...unknown(index, 'deputy', deputy),
  ]);
};

const calendarFaults = ({ calendars }: DeskParts): PartFault[] =>
  calendars.flatMap(({ hours }, index) =>
    Object.values(hours).some((spans) => spans.length > 0)
      ? []
      : [fault('calendars', index, 'hours', 'without any hours in the week nothing would ever fall due')],
  );

/** Everything that is wrong with a desk that consists of these parts. */
export const deskFaults = (parts: DeskParts): PartFault[] => [
  ...namedTwice(parts),
  ...unknownReferences(parts),
  ...tierFaults(parts),
  ...placeFaults(parts),
  ...wayFaults(parts),
  ...successorFaults(parts),
  ...choiceFaults(parts),
  ...leadFaults(parts),
  ...managementFaults(parts),
  ...absenceFaults(parts),
  ...calendarFaults(parts),
  ...unservedFaults(parts),
  ...demandFaults(parts),
];

/** Where in a document the fault is: `queues.3.team`. */
export const placeOfFault = ({ part, index, field, message }: PartFault): DeskFault => ({
  path: part === 'limits' || part === 'matrix' ? `${part}.${field}` : `${part}.${index}.${field}`,
  message,
});

const soon = 30 * 24 * 60 * 60 * 1_000;

const withoutAddress = ({ management }: DeskParts): DeskFault[] =>
  management.flatMap(({ personId, name, email }, index) => {
    if (name === undefined || email !== undefined) return [];
    const message = `without an address ${personId} gets mails only once a ticket of his or her own has brought one`;
    return [{ path: `management.${index}.email`, message }];
  });

const endingCertificates = ({ agents }: DeskParts, today: string): DeskFault[] =>
  agents.flatMap(({ agentId, certifications = [] }, index) =>
    certifications.flatMap(({ certification, expires }, position) => {
      if (expires === undefined || Date.parse(expires) - Date.parse(today) > soon) return [];
      const when = expires < today ? `expired on ${expires}` : `expires on ${expires}`;
      const path = `agents.${index}.certifications.${position}.expires`;
      return [{ path, message: `the certificate ${certification} of ${agentId} ${when}` }];
    }),
  );

const leadsWithoutDeputy = ({ absences, teams }: DeskParts, today: string): DeskFault[] =>
  absences.flatMap(({ personId, until, deputy }, index) => {
    const led = teams.filter(({ lead, leads = [] }) => lead === personId && leads.length === 0).map(({ team }) => team);
    if (deputy !== undefined || led.length === 0 || until.slice(0, 10) < today.slice(0, 10)) return [];
    const message = `${personId} leads ${led.join(', ')}: while nobody stands in, management is told instead, or else the whole team`;
    return [{ path: `absences.${index}.deputy`, message }];
  });

/**
 * What is not wrong, but should be known: certificates that have run out on this date, or will within 30 days, people
 * of management whom no mail may reach, leads who are away without a deputy, and demands without a place that nobody
 * meets where most tickets start.
 */
export const deskWarnings = (parts: DeskParts, today: string): DeskFault[] => [
  ...endingCertificates(parts, today),
  ...withoutAddress(parts),
  ...leadsWithoutDeputy(parts, today),
  ...demandWarnings(parts),
];
