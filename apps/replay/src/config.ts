import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

export type Config = { readonly url: string; readonly keyFile: string };

const needed = (environment: NodeJS.ProcessEnv, name: string, what: string): string => {
  const value = environment[name]?.trim();
  if (value) return value;
  throw new Refusal(`${name} is not set: it names ${what}. "npm run replay" sets it.`);
};

/**
 * What the surroundings say: `TIERLINE_URL` is the gateway's address; the key that signs tokens is in `TIERLINE_TOKEN_KEY`,
 * or in the state folder `TIERLINE_STATE`.
 * @throws Refusal naming the variable that is missing.
 */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => {
  const url = needed(environment, 'TIERLINE_URL', 'the address of the gateway');
  const keyFile =
    environment['TIERLINE_TOKEN_KEY']?.trim() ||
    join(needed(environment, 'TIERLINE_STATE', 'the folder in which Tierline keeps its data'), 'token-key.json');
  if (!URL.canParse(url)) throw new Refusal(`TIERLINE_URL is ${url}, which is not an address.`);
  // A key made now would be one that nobody trusts.
  if (!existsSync(keyFile)) throw new Refusal(`There is no token key in ${keyFile}: start Tierline there first.`);
  return { url, keyFile };
};
