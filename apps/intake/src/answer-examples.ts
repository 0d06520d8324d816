// What requesters are answered, for the examples of the routes.

const id = '019a0000-0000-7000-8000-000000000010';
const subject = 'Outlook asks for my password again and again';
const openedAt = '2026-01-05T08:00:00.000Z';

export const opened = { id, number: 1042, reference: 'T-1042', status: 'received', sequence: 1 } as const;

export const answered = { id, sequence: 9, status: 'in-progress' } as const;

export const listed = {
  id,
  number: 1042,
  reference: 'T-1042',
  subject,
  status: 'in-progress',
  tierRank: 1,
  category: 'email-account',
  channel: 'web',
  requesterId: 'anna.berg',
  openedAt,
  updatedAt: '2026-01-05T09:30:00.000Z',
} as const;

export const whole = {
  ...listed,
  openedBy: 'anna.berg',
  organisation: 'Acme',
  description: 'Since this morning Outlook asks for my password every few minutes.',
  impact: 'low',
  urgency: 'medium',
  resolvedAt: null,
  closedAt: null,
  sequence: 9,
  cameFrom: null,
  wentOnIn: [],
  conversation: [{ from: 'desk', kind: 'message', text: 'I am looking at it.', at: '2026-01-05T09:30:00.000Z' }],
} as const;
