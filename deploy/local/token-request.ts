import { parseArgs } from 'node:util';
import type { TokenClaims } from './parts/issuer.ts';
import { demoTenant, people } from './people.ts';
import { Refusal } from './refusal.ts';

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        as: { type: 'string' },
        tenant: { type: 'string', default: demoTenant },
        subject: { type: 'string' },
        expires: { type: 'string', default: '8h' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new Refusal(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** @throws Refusal naming the argument that is missing or wrong. */
export const parseTokenRequest = (args: readonly string[]): TokenClaims | 'help' => {
  const { as, tenant, subject, expires, help } = parse(args);
  if (help) return 'help';
  if (as === undefined) throw new Refusal(`--as is missing: it takes one of ${Object.keys(people).join(', ')}.`);
  const person = Object.hasOwn(people, as) ? people[as] : undefined;
  if (!person) throw new Refusal(`--as ${as} is nobody here: it takes one of ${Object.keys(people).join(', ')}.`);
  if (!/^[1-9]\d*[smhd]$/.test(expires)) {
    throw new Refusal(`--expires ${expires} is not a number followed by s, m, h or d.`);
  }
  return { ...person, subject: subject ?? person.subject, tenant, expiresIn: expires };
};
