import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { PartMissing } from './part-missing.ts';

const run = promisify(execFile);

/** Whom the server runs as: ourselves, or, since PostgreSQL refuses root, another user of the machine. */
export type Account = { uid?: number; gid?: number; passesClosedFolders?: boolean };

const idsOf = async (user: string): Promise<{ uid: number; gid: number } | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

const isOpenToAll = async (folder: string): Promise<boolean> => {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
};

const hasSetpriv = async (): Promise<boolean> => {
  try {
    return (await run('setpriv', ['--help'])).stdout.includes('--ambient-caps');
  } catch {
    return false;
  }
};

/**
 * The account for a server that must reach `folders`.
 * @throws PartMissing when we are root and no other user can get into them.
 */
export const serverAccount = async (folders: readonly string[]): Promise<Account> => {
  if (process.getuid?.() !== 0) return {};
  const ids = (await idsOf('postgres')) ?? (await idsOf('nobody'));
  if (!ids) throw new PartMissing('PostgreSQL does not run as root, and this machine has no user postgres or nobody.');
  const open = await Promise.all(folders.map(isOpenToAll));
  if (open.every(Boolean)) return ids;
  if (await hasSetpriv()) return { ...ids, passesClosedFolders: true };
  throw new PartMissing(
    `PostgreSQL does not run as root, and no other user may enter ${folders[open.indexOf(false)]}: use a folder that all may enter, or set TIERLINE_POSTGRES_URL.`,
  );
};

/** How to run `command` as that account. A clone below /root is closed to others: one capability opens the way. */
export const runAs = (account: Account, command: string, args: readonly string[]) => {
  const { uid, gid, passesClosedFolders } = account;
  if (uid === undefined || gid === undefined) return { command, args: [...args], identity: {} };
  if (!passesClosedFolders) return { command, args: [...args], identity: { uid, gid } };
  const capability = '+dac_override';
  const setpriv = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', `--inh-caps=${capability}`];
  return { command: 'setpriv', args: [...setpriv, `--ambient-caps=${capability}`, command, ...args], identity: {} };
};
