import { parseArgs } from 'node:util';

export const usage = `Usage: npm run bench -- [--only PART]… [--quick] [--json FILE] [--against FILE] [--node-flags FLAGS]

  --only PART         measures this part alone; may be given several times
  --quick             smaller and shorter: for a look, not for publication
  --json FILE         writes the figures to a file
  --against FILE      shows the figures of such a file beside, and the change in per cent
  --node-flags FLAGS  flags for the measured services, like "--cpu-prof --cpu-prof-dir=/tmp/profile"
`;

/** Arguments that cannot be used. */
export class WrongArguments extends Error {
  override readonly name = 'WrongArguments';
}

/** Throws `WrongArguments`, which names what is wrong. */
export const parseBenchArguments = (args: readonly string[], parts: readonly string[]) => {
  const read = () => {
    try {
      return parseArgs({
        args: [...args],
        options: {
          only: { type: 'string', multiple: true, default: [] },
          quick: { type: 'boolean', default: false },
          json: { type: 'string' },
          against: { type: 'string' },
          'node-flags': { type: 'string', default: '' },
          help: { type: 'boolean', default: false },
        },
      }).values;
    } catch (cause) {
      throw new WrongArguments(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  };
  const values = read();
  const unknown = values.only.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new WrongArguments(`--only ${unknown}: the parts are ${parts.join(', ')}.`);
  return values;
};
