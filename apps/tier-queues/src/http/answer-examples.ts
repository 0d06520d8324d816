import type { AsJson } from '@tierline/service';
import type { ClockView } from '../clock-view.ts';
import type { TicketRow } from '../queries.ts';
import { exampleId } from './requests.ts';

// What the answers of several routes have in common, for their examples.

export const now = '2026-01-05T09:30:00.000Z';
export const opened = '2026-01-05T08:00:00.000Z';
export const due = '2026-01-05T12:00:00.000Z';
export const cursor = 'WyIyMDI2LTAxLTA1VDA4OjAwOjAwLjAwMFoiXQ';

export const rowExample = {
  id: exampleId,
  number: 1042,
  reference: 'T-1042',
  subject: 'Outlook asks for my password again and again',
  state: 'IN_PROGRESS',
  type: 'incident',
  priority: 'P3',
  tier: 'tier-1',
  rank: 1,
  queue: 'service-desk',
  team: 'service-desk',
  owner: 'tom.first',
  requesterId: 'anna.berg',
  openedAt: opened,
  queuedAt: opened,
  changedAt: now,
  dueAt: due,
  dueClock: 'sla-resolution',
  late: [],
  hold: null,
  unansweredSince: null,
  major: false,
  counts: { escalations: 0, bounces: 0, transfers: 0, reopens: 0 },
  sequence: 7,
} as const satisfies AsJson<TicketRow>;

export const clockExample = {
  clock: 'sla-resolution',
  kind: 'sla-resolution',
  name: 'Solution',
  about: null,
  state: 'running',
  due,
  target: 14_400_000,
  consumed: 5_400_000,
  paused: 0,
  warnings: [{ share: 75, at: '2026-01-05T11:00:00.000Z' }],
  steps: [],
  missed: null,
  from: opened,
  policy: { id: 'standard', version: 3 },
  calendar: { id: 'office', version: 1 },
  zone: 'Europe/Berlin',
  why: 'Standard: holds for every ticket',
} as const satisfies AsJson<ClockView>;

export const entryExample = {
  position: '81234',
  at: now,
  kind: 'agent-replied',
  actor: 'agent:tom.first',
  public: true,
  data: { agentId: 'tom.first', text: 'I am looking at it.' },
} as const;
