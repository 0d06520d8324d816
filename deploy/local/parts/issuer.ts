import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';

export const roles = ['requester', 'agent', 'lead', 'admin', 'partner-agent', 'integrator', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** Stays the same whatever port serves the keys, so that a token outlives a restart. */
export const issuerName = 'https://issuer.tierline.local';
export const audience = 'tierline';

/** `expiresIn` is a span like `8h` or `15m`; default 8 hours. */
export type TokenClaims = {
  subject: string;
  tenant: string;
  roles: readonly Role[];
  name: string;
  email?: string | undefined;
  expiresIn?: string | undefined;
};

export type Issuer = {
  issuer: string;
  audience: string;
  url: string;
  jwksUrl: string;
  signToken: (claims: TokenClaims) => Promise<string>;
  stop: () => Promise<void>;
};

const makeKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: 'EdDSA', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
};

const readKey = async (keyFile: string): Promise<JWK | undefined> => {
  try {
    return JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`The token key in ${keyFile} cannot be read`, { cause: error });
  }
};

/** The private key in `keyFile`, made at the first call; two first calls at once get the same one. */
export const loadKey = async (keyFile: string): Promise<JWK> => {
  const known = await readKey(keyFile);
  if (known) return known;
  await mkdir(dirname(keyFile), { recursive: true });
  const fresh = `${keyFile}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(await makeKey()), { mode: 0o600 });
  try {
    // Unlike a rename, a link fails when somebody else's key is there already.
    await link(fresh, keyFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh);
  }
  return loadKey(keyFile);
};

/** An access token (RFC 9068 header type `at+jwt`) as a real identity provider would give it. */
export const signToken = async (key: JWK, claims: TokenClaims): Promise<string> => {
  const { subject, tenant, name, email, expiresIn = '8h' } = claims;
  return new SignJWT({ tenant, roles: [...claims.roles], name, email })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...(key.kid ? { kid: key.kid } : {}) })
    .setIssuer(issuerName)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(expiresIn)
    .setJti(randomUUID())
    .sign(await importJWK(key, 'EdDSA'));
};

/** The documents that verifiers fetch, by path. */
const documents = (key: JWK, url: string): Record<string, unknown> => {
  const { d: _private, ...publicKey } = key;
  return {
    '/.well-known/openid-configuration': {
      issuer: issuerName,
      jwks_uri: `${url}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['EdDSA'],
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
    },
    '/.well-known/jwks.json': { keys: [publicKey] },
  };
};

/** Serves the local issuer's public key on 127.0.0.1, until a real identity provider takes its place. */
export const startIssuer = async ({ port, keyFile }: { port: number; keyFile: string }): Promise<Issuer> => {
  const key = await loadKey(keyFile);
  const url = `http://127.0.0.1:${port}`;
  const served = documents(key, url);
  const server = createServer((request, response) => {
    const document = served[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? { error: 'not_found' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    issuer: issuerName,
    audience,
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    signToken: (claims) => signToken(key, claims),
    stop,
  };
};
