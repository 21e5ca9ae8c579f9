/** SIMULATED Sigstore: a root and an intermediate, for certificates or for timestamps. */
import { type Certificate, certificate, serialOf } from '../mocks/x509/certificate.ts';
import type { Extension } from '../mocks/x509/extensions.ts';
import type { Name } from '../mocks/x509/name.ts';
import { keyPair } from './keys.ts';

export interface Authority {
  readonly root: Certificate;
  /** Signs what is issued. */
  readonly issuer: Certificate;
}

const TEN_YEARS = 10 * 365 * 86_400;

const nameOf = (organization: string, what: string): Name => [
  ['O', organization],
  ['CN', `SIMULATED ${what}`],
];

/** An authority whose keys follow from `organization` and `what`; `start` is in seconds since 1970. */
export const createAuthority = (
  organization: string,
  what: string,
  start: number,
  extensions: readonly Extension[] = [],
): Authority => {
  const id = `${organization} ${what}`;
  const root = certificate({
    subject: nameOf(organization, what),
    issuer: nameOf(organization, what),
    key: keyPair(`${id} root`),
    signer: keyPair(`${id} root`),
    serial: serialOf(`${id} root`),
    notBefore: start,
    notAfter: start + TEN_YEARS,
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
  });
  const issuer = certificate({
    subject: nameOf(organization, `${what} intermediate`),
    issuer: root.spec.subject,
    key: keyPair(`${id} intermediate`),
    signer: root.key,
    serial: serialOf(`${id} intermediate`),
    notBefore: start,
    notAfter: start + TEN_YEARS,
    ca: true,
    pathLength: 0,
    keyUsage: ['keyCertSign', 'cRLSign'],
    extensions,
  });
  return { root, issuer };
};
