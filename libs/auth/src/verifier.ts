import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
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

/** Verifies bearer tokens of one issuer: signature, issuer, audience and algorithm are pinned. */
export class TokenVerifier {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(private readonly trusted: TrustedIssuer) {
    this.keys = createRemoteJWKSet(new URL(trusted.jwksUrl), { cooldownDuration: 5_000 });
  }

  /** The caller of an `Authorization` header. Throws `InvalidToken` or `IssuerUnavailable`. */
  async verify(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer ([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new InvalidToken('token_missing', 'Send a token: "Authorization: Bearer …".');
    const claims = Claims.safeParse(await this.payload(token));
    if (claims.success) return callerOf(claims.data);
    const [issue] = claims.error.issues;
    throw new InvalidToken(
      'token_claims',
      `The token's claim ${issue?.path.join('.')} is not usable: ${issue?.message}.`,
    );
  }

  private async payload(token: string): Promise<unknown> {
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
