export { Claims, callerOf, type Caller } from './caller.ts';
export { may, permissions, type Action } from './permissions.ts';
export { InvalidToken, IssuerUnavailable, TokenVerifier, type TrustedIssuer } from './verifier.ts';
