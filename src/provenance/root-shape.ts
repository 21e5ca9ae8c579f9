import { parseCertificate } from '../asn1/certificate.ts';
import { EXTENSION } from '../asn1/extensions.ts';
import { type JsonObject, objectOf, stringOf } from '../base/json.ts';
import { ProvenanceError } from './errors.ts';
import { base64Of, listOf } from './fields.ts';
import { MAX_CERTIFICATE_BYTES, MAX_CHAIN_CERTIFICATES, MAX_ROOT_MEMBERS } from './limits.ts';

/** What is said of a log or of one generation of an authority. */
export interface RootMember {
  /** Where it is served; a name, not an address that is contacted. */
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Common names of the certificates, leaf or intermediate first; none for a log. */
  readonly commonNames: readonly string[];
}

/** RFC 3339 in UTC, as protobuf's JSON writes it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

const timeOf = (value: unknown, what: string): number => {
  const text = stringOf(value, what);
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new ProvenanceError('bad-root', `${what} is not a time`);
  return time;
};

/** The library takes a missing start for 1970, so that a key would vouch for times at which nobody watched over it. */
const startOf = (value: unknown, what: string): number => {
  if (value === undefined || value === null || objectOf(value, what).start === undefined) {
    throw new ProvenanceError('bad-root', `${what} has no start`, {
      hint: 'take the trusted root from its publisher: `gh attestation trusted-root`, or sigstore/root-signing',
    });
  }
  const { start, end } = objectOf(value, what);
  const from = timeOf(start, `${what}.start`);
  if (end !== undefined && end !== null && timeOf(end, `${what}.end`) < from) {
    throw new ProvenanceError('bad-root', `${what} ends before it starts`);
  }
  return from;
};

/** Extensions that CAs and timestamping certificates of the real roots mark critical, and that the library looks at or may ignore. */
const UNDERSTOOD: readonly string[] = [EXTENSION.extendedKeyUsage];

const authorityOf = (value: unknown, what: string): RootMember => {
  const authority = objectOf(value, what);
  const chain = objectOf(authority.certChain, `${what}.certChain`);
  const list = listOf(chain.certificates, MAX_CHAIN_CERTIFICATES, `${what}.certChain.certificates`);
  if (list.length === 0) throw new ProvenanceError('bad-root', `${what} has no certificate`);
  const commonNames = list.map((item, index) => {
    const where = `${what}.certChain.certificates[${index}]`;
    const der = base64Of(objectOf(item, where).rawBytes, MAX_CERTIFICATE_BYTES, 'bad-root', `${where}.rawBytes`);
    return parseCertificate(der, where, { understood: UNDERSTOOD }).commonName ?? '';
  });
  return {
    uri: stringOf(authority.uri ?? '', `${what}.uri`),
    start: startOf(authority.validFor, `${what}.validFor`),
    commonNames,
  };
};

const logOf = (value: unknown, what: string): RootMember => {
  const log = objectOf(value, what);
  const key = objectOf(log.publicKey, `${what}.publicKey`);
  base64Of(key.rawBytes, MAX_CERTIFICATE_BYTES, 'bad-root', `${what}.publicKey.rawBytes`);
  const id = objectOf(log.logId, `${what}.logId`);
  base64Of(id.keyId, MAX_CERTIFICATE_BYTES, 'bad-root', `${what}.logId.keyId`);
  if (log.hashAlgorithm !== 'SHA2_256') throw new ProvenanceError('bad-root', `${what} does not hash with SHA2_256`);
  return {
    uri: stringOf(log.baseUrl ?? '', `${what}.baseUrl`),
    start: startOf(key.validFor, `${what}.publicKey.validFor`),
    commonNames: [],
  };
};

/** The four lists of a trusted root. */
export interface RootMembers {
  readonly authorities: readonly RootMember[];
  readonly timestampAuthorities: readonly RootMember[];
  readonly logs: readonly RootMember[];
  readonly certificateLogs: readonly RootMember[];
}

/** Checks the shape of a trusted root (sigstore/protobuf-specs, sigstore_trustroot.proto) and says what is in it. */
export const readMembers = (root: JsonObject, what: string): RootMembers => {
  const list = (name: string, read: (value: unknown, what: string) => RootMember): readonly RootMember[] =>
    listOf(root[name] ?? [], MAX_ROOT_MEMBERS, `${what}: ${name}`).map((item, index) =>
      read(item, `${what}: ${name}[${index}]`),
    );
  return {
    authorities: list('certificateAuthorities', authorityOf),
    timestampAuthorities: list('timestampAuthorities', authorityOf),
    logs: list('tlogs', logOf),
    certificateLogs: list('ctlogs', logOf),
  };
};
