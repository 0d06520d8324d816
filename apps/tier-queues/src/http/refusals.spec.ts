import fc from 'fast-check';
import { desk } from '../domain/example.ts';
import { begin, play, rolls, type Tally } from '../domain/random-world.ts';
import { promising } from '../domain/promises-example.ts';
import { withHours } from '../domain/world-example.ts';
import { AttentionController } from './attention.ts';
import { ClaimingController } from './claiming.ts';
import { HandoversController } from './handovers.ts';
import { MajorIncidentsController } from './major-incidents.ts';
import { MovesController } from './moves.ts';
import { RelationsController } from './relations.ts';
import { ReroutingController } from './rerouting.ts';
import { WorkController } from './work.ts';

const controllers = [
  ...[AttentionController, ClaimingController, HandoversController, MajorIncidentsController],
  ...[MovesController, RelationsController, ReroutingController, WorkController],
];

/** Acts whose route has another name. */
const verbs: Readonly<Record<string, string>> = {
  'accept-handover': 'accept-hand-over',
  'rate-handover': 'rate-hand-over',
  tick: 'runbook/:step',
};

/** What each command on a ticket says that it may be refused with, by the end of its path. */
const documented = new Map(
  controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = (prototype as unknown as Record<string, object>)[name]!;
      const path = Reflect.getMetadata('path', method) as string | undefined;
      const codes = (Reflect.getMetadata('tierline:refusals', method) as string[] | undefined) ?? [];
      return path?.startsWith('tickets/:id/') ? [[path.slice('tickets/:id/'.length), codes] as const] : [];
    }),
  ),
);

const tally: Tally = { done: new Map(), refused: new Map() };

beforeAll(() =>
  fc.assert(
    fc.property(rolls, fc.boolean(), (world, plain) => {
      const begun = begin(plain ? [desk] : [withHours(promising()), promising()]);
      for (const roll of world) play(begun, roll, tally);
    }),
    { numRuns: 100, seed: 11 },
  ),
);

it('every refusal of a command that chance finds is documented with its route', () => {
  const found = [...tally.refused].flatMap(([kind, codes]) => {
    const known = documented.get(verbs[kind] ?? kind);
    return known ? [...codes].filter((code) => !known.includes(code)).map((code) => `${kind}: ${code}`) : [];
  });
  expect(found).toEqual([]);
});

it('every command is among those that chance tries, but for what is several of them', () => {
  const tried = new Set([...tally.done.keys(), ...tally.refused.keys()].map((kind) => verbs[kind] ?? kind));
  const left = [...documented.keys()].filter((verb) => !tried.has(verb));
  expect(left.sort()).toEqual(['add-children', 'hand-over', 'recall']);
});
