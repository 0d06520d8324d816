import type { Handover, HoldReason } from '@tierline/contracts';

/** What the desk asks, and what comes back. */
export const questions = [
  ['Could you send me a picture of the message?', 'Here it is, sorry for the blurry one.'],
  ['Does it also happen on another computer?', 'I tried the one in the meeting room: same there.'],
  ['When exactly did you see it last?', 'Five minutes ago, at 10:42 by the clock on the wall.'],
  ['Is a colleague next to you affected too?', 'Yes, two of three.'],
  ['Can I connect to your machine now?', 'Yes please, I am at my desk until noon.'],
  [
    'Did anything change before it began, an update or a move?',
    'We moved to the second floor last week, if that counts.',
  ],
] as const;

export const sinceWhen = [
  'since this morning, every time',
  'since yesterday afternoon, about every third time',
  'since Monday, all day long',
  'once, an hour ago',
  'for about two weeks, more and more often',
] as const;

export const reaches = [
  'by phone until 17:00, by mail after that',
  'by mail, is in meetings all day',
  'on the mobile, the desk phone is not taken',
  'at the desk, second floor, window side',
] as const;

/** Why a ticket comes back, with the part of the hand-over that is missing. */
export const returns: readonly (readonly [missing: keyof Handover, reason: string, found: string])[] = [
  [
    'evidence',
    'Without the exact message and its time we cannot find it in the logs.',
    'Got the message with its time from the requester.',
  ],
  [
    'tried',
    'Please say which of the steps of the checklist were done, and what came of each.',
    'Went through the checklist again and wrote the results down.',
  ],
  ['affected', 'One person or the whole floor? That decides where we look.', 'Asked around: four people on the floor.'],
  [
    'reach',
    'Nobody answers under the number given; when can we reach the requester?',
    'Requester is back at 14:00, mobile number noted.',
  ],
];

export const transferReasons = [
  'This is not ours: the part in question is looked after by the other team.',
  'Checked our side, all fine. Please have a look at yours.',
  'Came to us by mistake, passing it on with what we saw.',
] as const;

export const holds: readonly (readonly [HoldReason, string])[] = [
  ['VENDOR', 'Case opened with the vendor, they promised a word by tomorrow.'],
  ['APPROVAL', 'Waits for the approval of the head of department.'],
  ['CHANGE', 'Needs a restart, which is allowed in tonight’s window only.'],
  ['CUSTOMER', 'Asked the requester for a time to try it together.'],
];

export const escalationReasons = [
  'The checklist is through and it still happens.',
  'Needs rights that we do not have.',
  'Several people are affected, so it is not the machine.',
  'Known to the next team, please see the hand-over.',
] as const;

export const rejections = [
  'It worked for an hour, now it is back.',
  'Sorry, the same again after a restart.',
  'Better, but not gone: every second time it still happens.',
] as const;

export const secondLooks = [
  'Thank you for telling us. I am looking again.',
  'That was too early then. I take it up once more.',
] as const;

export const thanks = ['Works, thank you!', 'Perfect, that was quick.', 'All good again.', 'Thanks a lot.'] as const;

export const doubles = [
  'Opened twice by mistake.',
  'Requester says it was a test.',
  'Reported by a colleague already.',
] as const;
