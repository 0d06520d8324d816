import { parseArgs } from 'node:util';
import { Refusal } from './refusal.ts';

export const startUsage = `Usage: npm start -- [--fresh] [--no-demo]

  --fresh    deletes all data of this clone first
  --no-demo  starts without the demo company
`;

/** @throws Refusal naming an unknown argument. */
export const parseStartArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new Refusal(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
