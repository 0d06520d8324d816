import { hash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { Claims, callerOf, type Caller } from './caller.ts';

/** Whose tokens are accepted. */
export type TrustedIssuer = { issuer: string; audience: string; jwksUrl: string; algorithms: readonly string[] };

/** The token is missing, malformed, expired, or from somebody else. `code` is stable. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';

  constructor(
    readonly code: 'token_missing' | 'token_invalid' | 'token_expired' | 'token_claims',
    message: string,
  ) {
    super(message);
  }
}

/** The issuer's keys could not be fetched: try again. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** How long a verified token is taken as verified, in milliseconds: so long may a withdrawn key still open doors. */
const remembered = 30_000;
/** How many verified tokens are remembered; the oldest go first. */
const capacity = 10_000;

type Verified = { caller: Caller; until: number };

/**
 * Verifies bearer tokens of one issuer: signature, issuer, audience and algorithm are pinned. A token is verified anew
 * every 30 seconds, and never after it expired; in between its digest is known.
 */
export class TokenVerifier {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;
  private readonly verified = new Map<string, Verified>();

  constructor(private readonly trusted: TrustedIssuer) {
    this.keys = createRemoteJWKSet(new URL(trusted.jwksUrl), { cooldownDuration: 5_000 });
  }

  /** The caller of an `Authorization` header. Throws `InvalidToken` or `IssuerUnavailable`. */
  async verify(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer ([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new InvalidToken('token_missing', 'Send a token: "Authorization: Bearer …".');
    const digest = hash('sha256', token, 'base64');
    const known = this.verified.get(digest);
    if (known && Date.now() < known.until) return known.caller;
    const payload = await this.payload(token);
    const claims = Claims.safeParse(payload);
    if (claims.success) return this.remember(digest, callerOf(claims.data), payload.exp!);
    const [issue] = claims.error.issues;
    throw new InvalidToken(
      'token_claims',
      `The token's claim ${issue?.path.join('.')} is not usable: ${issue?.message}.`,
    );
  }

  private remember(digest: string, caller: Caller, expires: number): Caller {
    const [oldest] = this.verified.keys();
    if (oldest !== undefined && this.verified.size >= capacity) this.verified.delete(oldest);
    this.verified.delete(digest);
    this.verified.set(digest, { caller, until: Math.min(Date.now() + remembered, expires * 1_000) });
    return caller;
  }

  private async payload(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms } = this.trusted;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: 30,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

const refusalOf = (error: unknown): Error => {
  if (error instanceof errors.JWTExpired) return new InvalidToken('token_expired', 'The token has expired.');
  const ofToken =
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported;
  if (ofToken)
    return new InvalidToken('token_invalid', 'The token is not one of the trusted issuer for this audience.');
  return new IssuerUnavailable('The keys of the token issuer cannot be fetched now.', { cause: error });
};
