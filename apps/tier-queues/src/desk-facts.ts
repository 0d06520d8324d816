import type { Caller } from '@tierline/auth';
import {
  AbsenceChanged,
  AgentChanged,
  CalendarChanged,
  CertificationChanged,
  DeskPartRemoved,
  HandoverTemplateChanged,
  LimitsChanged,
  ManagementChanged,
  PartnerChanged,
  PolicyChanged,
  QueueChanged,
  SkillChanged,
  TeamChanged,
  TierChanged,
  deskSorts,
  type Fact,
} from '@tierline/contracts';
import { lockDesk, repeatParts, type ToldPart } from '@tierline/desk';
import { append, originOf, type Commands, type Entry } from '@tierline/messaging';
import { republishSaid } from './absence-changes.ts';
import type { KeptParts, OwnSort } from './domain/desk-parts.ts';

/** The fact that tells of a part in an edition. */
const factsOf: { readonly [N in OwnSort]: (part: KeptParts[N][number], edition: number) => Fact } = {
  calendars: (calendar, version) => CalendarChanged({ ...calendar, version }),
  policies: (policy, version) => PolicyChanged({ ...policy, version }),
  skills: (skill) => SkillChanged(skill),
  certifications: (certification) => CertificationChanged(certification),
  partners: (partner) => PartnerChanged(partner),
  teams: (team) => TeamChanged(team),
  queues: (queue) => QueueChanged(queue),
  tiers: (tier) => TierChanged(tier),
  agents: (agent) => AgentChanged(agent),
  management: (person) => ManagementChanged(person),
  absences: (absence) => AbsenceChanged(absence),
  handovers: (template) => HandoverTemplateChanged(template),
  limits: (limits) => LimitsChanged(limits),
};

/** The sorts in the order in which their parts are told. */
export const toldInOrder = Object.keys(factsOf) as readonly OwnSort[];

const kindsInOrder = toldInOrder.map((name) => deskSorts[name].kind);

const factOf = ({ kind, id, body, edition }: ToldPart): Fact => {
  const name = toldInOrder[kindsInOrder.indexOf(kind)]!;
  const told = factsOf[name] as (part: object, edition: number) => Fact;
  return body ? told(body, edition) : DeskPartRemoved({ kind, id });
};

/** The events that tell of these parts. */
export const entriesOf = (by: Caller, parts: readonly ToldPart[]): Entry[] => {
  const origin = originOf(by);
  return parts.map((part) => {
    const { kind, id, sequence } = part;
    return { ...origin, subject: `${by.tenant}/${kind}/${id}`, sequence, fact: factOf(part) };
  });
};

/** The version of the desk, and how many events told it again. */
export type Republished = { readonly sequence: number; readonly published: number };

type Request = {
  readonly by: Caller;
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
};

/** Publishes every part of the desk again, and what is gone, as it is: nothing of it changes. */
export const republishDesk = (commands: Commands, { by, idempotency }: Request): Promise<Republished> =>
  commands.within({ by, idempotency }, async (tx) => {
    const sequence = await lockDesk(tx, by.tenant);
    const parts = await repeatParts(tx, by.tenant, kindsInOrder);
    await append(tx, entriesOf(by, parts));
    return { sequence, published: parts.length + (await republishSaid(tx, by)) };
  });
