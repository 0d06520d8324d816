import { Line, PersonId, Priority, Slug } from '@tierline/contracts';
import { z } from 'zod';
import { builtInViews, sorts, type BuiltInView, type Sort } from '../window-query.ts';
import { listOf, paging } from './requests.ts';

const keysOf = <K extends string>(table: Record<K, unknown>) => Object.keys(table) as [K, ...K[]];

const minutes = z.coerce.number().int().min(0).max(5_256_000);
const View = z.enum(keysOf<BuiltInView>(builtInViews));
const SortName = z.enum(keysOf<Sort>(sorts));
const one = {
  view: View.optional(),
  scope: z.enum(['own', 'desk']).optional(),
  requester: PersonId.optional(),
  owner: PersonId.optional(),
  q: Line.optional(),
  minAgeMinutes: minutes.optional(),
  maxAgeMinutes: minutes.optional(),
  dueWithinMinutes: minutes.optional(),
};
const order = { sort: SortName.optional(), order: z.enum(['asc', 'desc']).optional() };
const words = { queues: Slug, tiers: Slug, priorities: Priority, categories: Slug };

const inQuery = {
  saved: z.uuid().optional(),
  ...one,
  queues: listOf(words.queues).optional(),
  tiers: listOf(words.tiers).optional(),
  priorities: listOf(words.priorities).optional(),
  categories: listOf(words.categories).optional(),
};

export const CountFilter = z.strictObject(inQuery);
export const WindowFilter = z.strictObject({ ...inQuery, ...order, ...paging(200) });

const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(200).optional();

/** What a saved view keeps: the same filters and order as a window, and the columns to show. */
export const ViewDefinition = z.strictObject({
  ...one,
  queues: some(words.queues),
  tiers: some(words.tiers),
  priorities: some(words.priorities),
  categories: some(words.categories),
  ...order,
  columns: z
    .array(z.strictObject({ name: Slug, width: z.int().min(24).max(2_000).optional() }))
    .max(50)
    .optional(),
});
export type ViewDefinition = z.infer<typeof ViewDefinition>;

export const NewView = z.strictObject({ name: Line.max(100), team: Slug.optional(), definition: ViewDefinition }).meta({
  examples: [
    {
      name: 'Old and urgent',
      team: 'service-desk',
      definition: {
        view: 'unclaimed',
        priorities: ['P1', 'P2'],
        minAgeMinutes: 240,
        sort: 'opened',
        columns: [{ name: 'subject', width: 400 }, { name: 'owner' }],
      },
    },
  ],
});
export type NewView = z.infer<typeof NewView>;
