import { parseArgs } from 'node:util';
import { Refusal } from './refusal.ts';

export const usage = `Usage: npm run replay -- [FILE | demo] [options]

  FILE               plays a log in the format of the BPI Challenge 2013 (CSV), as fast as the desk takes it
  demo               plays one generated day into the demo company; again changes nothing
  (neither)          plays a generated week

  --concurrency 32   tickets played at once
  --tenant T         the tenant to play in; default: a new one. With that of an earlier run, goes on with it
  --limit N          the first N cases of the file
  --seed 6           of what is generated: the same seed tells the same stories
  --days 7           days to generate
`;

type Common = { readonly concurrency: number; readonly tenant: string | undefined };
export type ReplayRequest =
  | { readonly kind: 'help' }
  | (Common & { readonly kind: 'log'; readonly file: string; readonly limit: number | undefined })
  | (Common & { readonly kind: 'week' | 'demo'; readonly seed: number; readonly days: number });

const options = {
  concurrency: { type: 'string', default: '32' },
  tenant: { type: 'string' },
  limit: { type: 'string' },
  seed: { type: 'string' },
  days: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new Refusal(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const numberOf = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Refusal(`--${name} ${text} is not a whole number from ${least} to ${most}.`);
};

const checkTenant = (tenant: string | undefined): void => {
  if (tenant === undefined || /^[a-z0-9][a-z0-9-]{0,59}$/.test(tenant)) return;
  throw new Refusal(`--tenant ${tenant} is not a tenant: use up to 60 lower-case letters, digits and dashes.`);
};

const refuseWith = (what: string, values: Record<string, unknown>, names: readonly string[]): void => {
  const extra = names.find((name) => values[name] !== undefined);
  if (extra) throw new Refusal(`--${extra} has no meaning ${what}.`);
};

/** @throws Refusal naming the argument that is wrong. */
export const parseArguments = (args: readonly string[]): ReplayRequest => {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  const [what, surplus] = positionals;
  if (surplus !== undefined) throw new Refusal(`${surplus} is one argument too many: a replay plays one thing.`);
  checkTenant(values.tenant);
  const common = { concurrency: numberOf('concurrency', values.concurrency, 1, 500), tenant: values.tenant };
  const seed = numberOf('seed', values.seed ?? '6', 0, 2 ** 32 - 1);
  if (what === 'demo') {
    refuseWith('for the demo, which is one day', values, ['limit', 'days']);
    return { ...common, kind: 'demo', seed, days: 1 };
  }
  if (what === undefined) {
    refuseWith('without a file', values, ['limit']);
    return { ...common, kind: 'week', seed, days: numberOf('days', values.days ?? '7', 1, 366) };
  }
  refuseWith('with a file', values, ['seed', 'days']);
  const limit = values.limit === undefined ? undefined : numberOf('limit', values.limit, 1, 1_000_000);
  return { ...common, kind: 'log', file: what, limit };
};
