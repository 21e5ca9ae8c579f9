import { type Certificate, parseCertificate } from '../asn1/certificate.ts';
import { DerReader, readDer, TAG } from '../asn1/der.ts';
import { EXTENSION, KEY_USAGE } from '../asn1/extensions.ts';
import { oidOf } from '../asn1/values.ts';
import { guarded, ProvenanceError } from './errors.ts';

/** Fulcio's arc (fulcio, docs/oid-info.md). What stands below it is Fulcio's word, which the workflow cannot write. */
const FULCIO = '1.3.6.1.4.1.57264.1';
/** RFC 5280, 4.2.1.12. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/** Last arcs of the extensions that hold a UTF8String, by what they mean here. */
const ARCS = {
  issuer: 8,
  /** Workflow that signed, with its ref; GitHub's `job_workflow_ref`. */
  signer: 9,
  signerCommit: 10,
  runner: 11,
  repository: 12,
  commit: 13,
  ref: 14,
  repositoryId: 15,
  owner: 16,
  ownerId: 17,
  /** Workflow that was started, with its ref; `workflow_ref`. Another than `signer` where that one is reusable. */
  workflow: 18,
  workflowCommit: 19,
  trigger: 20,
  run: 21,
  visibility: 22,
  environment: 23,
  tokenSubject: 24,
} as const;

/** The deprecated ones, raw text. `repository` is `owner/name` without the host. */
const LEGACY_ARCS = { issuer: 1, trigger: 2, commit: 3, repository: 5, ref: 6 } as const;

export type ClaimName = keyof typeof ARCS;
export type LegacyClaimName = keyof typeof LEGACY_ARCS;

/** What a Fulcio leaf says of the build. A claim that the certificate does not have is absent. */
export interface Claims {
  readonly current: Readonly<Partial<Record<ClaimName, string>>>;
  readonly legacy: Readonly<Partial<Record<LegacyClaimName, string>>>;
  /** The one URI of the subject alternative name. */
  readonly subject: string;
  /** Seconds since 1970 at which the certificate, which lives ten minutes, begins: when the build was signed. */
  readonly notBefore: number;
}

/** Who a certificate for signing is of: a workflow by its address, or a person by the one that they write mail under. */
export interface SignerIdentity {
  readonly kind: 'uri' | 'email';
  readonly subject: string;
  /** Who vouched for it to Fulcio: an address. */
  readonly issuer: string;
}

const decode = (bytes: Uint8Array, what: string): string =>
  guarded('bad-certificate', `${what} is not UTF-8`, () =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
  );

const bad = (why: string): ProvenanceError => new ProvenanceError('bad-certificate', `the signing certificate ${why}`);

const valuesOf = <Name extends string>(
  { extensions }: Certificate,
  arcs: Readonly<Record<Name, number>>,
  read: (value: Uint8Array, what: string) => string,
): Partial<Record<Name, string>> => {
  const values: Partial<Record<Name, string>> = {};
  for (const [name, arc] of Object.entries(arcs) as [Name, number][]) {
    const extension = extensions.get(`${FULCIO}.${arc}`);
    if (extension !== undefined) values[name] = read(extension.value, `extension .${arc} of the signing certificate`);
  }
  return values;
};

const utf8String = (value: Uint8Array, what: string): string =>
  decode(readDer(value, TAG.utf8String, what).content, what);

/** Tags of a GeneralName: rfc822Name is [1], uniformResourceIdentifier [6] (RFC 5280, 4.2.1.6). */
const NAME_TAGS = { email: 0x81, uri: 0x86 } as const;

/** The one name of the subject alternative name: a URI, or an e-mail address where that will do as well. */
const nameOf = ({ extensions }: Certificate, allowEmail: boolean): Pick<SignerIdentity, 'kind' | 'subject'> => {
  const extension = extensions.get(EXTENSION.subjectAltName);
  if (extension === undefined) throw bad('has no subject alternative name');
  const what = 'the subject alternative name of the signing certificate';
  const names = DerReader.inside(readDer(extension.value, TAG.sequence, what), what);
  const email = allowEmail ? names.optional(NAME_TAGS.email, 'the name') : undefined;
  const name = email ?? names.next(NAME_TAGS.uri, 'the name');
  names.end();
  return { kind: email === undefined ? 'uri' : 'email', subject: decode(name.content, what) };
};

const requireCodeSigning = ({ extensions, keyUsage, basicConstraints }: Certificate): void => {
  if (basicConstraints.ca) throw bad("is an authority's");
  if (keyUsage?.has(KEY_USAGE.digitalSignature) !== true) throw bad('is not for signatures');
  const what = 'the extended key usage of the signing certificate';
  const extension = extensions.get(EXTENSION.extendedKeyUsage);
  if (extension === undefined) throw bad('is not for signing code');
  const usages = DerReader.inside(readDer(extension.value, TAG.sequence, what), what);
  let found = false;
  while (!usages.done) found = oidOf(usages.next(TAG.oid, 'a usage'), what) === CODE_SIGNING || found;
  if (!found) throw bad('is not for signing code');
};

/** The leaf as strict DER: the library reads it leniently, and would not see what no signature covers (the outermost tag). */
export const readLeaf = (leaf: Uint8Array): Certificate =>
  guarded('bad-certificate', 'the signing certificate', () =>
    parseCertificate(leaf, 'the signing certificate', {
      understood: [EXTENSION.subjectAltName, EXTENSION.extendedKeyUsage],
    }),
  );

/**
 * Reads what a leaf says, from strict DER: an extension given twice, bytes left over or text that is not UTF-8 is an error. Whether
 * the certificate is to be believed is `verifyBundle`'s question. Throws {@link ProvenanceError} `bad-certificate`.
 */
export const readClaims = (leaf: Uint8Array): Claims =>
  guarded('bad-certificate', 'the signing certificate', () => {
    const certificate = readLeaf(leaf);
    requireCodeSigning(certificate);
    return {
      current: valuesOf(certificate, ARCS, utf8String),
      legacy: valuesOf(certificate, LEGACY_ARCS, decode),
      // An e-mail address is a person's, not a workflow's.
      subject: nameOf(certificate, false).subject,
      notBefore: certificate.notBefore,
    };
  });

/**
 * Reads only who it is, of a leaf whose owner need not be a workflow. Strict as {@link readClaims}; the deprecated form of the issuer
 * counts where there is no other, and must agree where there is. Throws {@link ProvenanceError} `bad-certificate`.
 */
export const readIdentity = (leaf: Uint8Array): SignerIdentity =>
  guarded('bad-certificate', 'the signing certificate', () => {
    const certificate = readLeaf(leaf);
    requireCodeSigning(certificate);
    const current = valuesOf(certificate, { issuer: ARCS.issuer }, utf8String).issuer;
    const legacy = valuesOf(certificate, { issuer: LEGACY_ARCS.issuer }, decode).issuer;
    const issuer = current ?? legacy;
    if (issuer === undefined) throw bad('does not say who issued the identity');
    if (legacy !== undefined && legacy !== issuer) throw bad('says twice who issued the identity, and differently');
    return { ...nameOf(certificate, true), issuer };
  });
