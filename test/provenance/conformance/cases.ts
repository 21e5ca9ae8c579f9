/** SIMULATED Sigstore: a case for every kind of bundle, and of wrong bundle, that sigstore-conformance has. */
import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { base64, keyPair, sha256, signDer } from '../../mocks-sigstore/keys.ts';
import { logEntry, logEntryV2, v2Body } from '../../mocks-sigstore/rekor.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { createTsa, timestamp } from '../../mocks-sigstore/tsa.ts';
import { at, edited } from '../support.ts';
import {
  ARTIFACT,
  chained,
  instance,
  type Json,
  loggedAsDsseV2,
  loggedAsIntoto,
  managed,
  managedPem,
  managedStatement,
  message,
  promisedOnly,
  signed,
  statement,
  TIME,
  V2,
} from './bundles.ts';
import { BEACON, FILES, USUAL_ARTIFACT } from './suite.ts';

interface MadeCase {
  readonly bundle: unknown;
  readonly root?: unknown;
  readonly artifact?: Uint8Array;
  readonly key?: Uint8Array;
}

const ENTRY = 'verificationMaterial.tlogEntries.0';
const PROOF = `${ENTRY}.inclusionProof`;
const NOTE = `${PROOF}.checkpoint.envelope`;
const STAMP = 'verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp';
const SIGNATURE = 'messageSignature.signature';

/** The base64 at `path` with one bit of its last byte turned. */
const flipped = (bundle: Json, path: string): Json => {
  const bytes = Buffer.from(at(bundle, path) as string, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return edited(bundle, path, bytes.toString('base64'));
};

const noted = (bundle: Json, change: (note: string) => string): Json =>
  edited(bundle, NOTE, change(at(bundle, NOTE) as string));

/** The checkpoint's signature line with other bytes: four of the hint, then the signature. */
const signedNote =
  (change: (bytes: Buffer) => Buffer) =>
  (note: string): string => {
    const [head = '', line = ''] = note.split('\n\n');
    const [dash, host, value = ''] = line.trimEnd().split(' ');
    return `${head}\n\n${dash} ${host} ${base64(change(Buffer.from(value, 'base64')))}\n`;
  };

const stampedBy = (bundle: Json, tsa: typeof instance.tsa, data: Uint8Array, time: number): Json =>
  edited(bundle, STAMP, base64(timestamp(tsa, data, time)));

const signatureOf = (bundle: Json): Buffer => Buffer.from(at(bundle, SIGNATURE) as string, 'base64');

const rootWith = (path: string, to: unknown): Json => edited(instance.rootJson(), path, to);
const other = new Sigstore({ name: 'another' });
const mock = { ...signed };
const messageV2 = message(V2);
const statementV2 = statement(V2);
const stamped = message({ timestamp: true });
const leafOf = (bundle: Json): Buffer =>
  Buffer.from(at(bundle, 'verificationMaterial.certificate.rawBytes') as string, 'base64');

/** Cases that must be accepted. */
const GOOD: Readonly<Record<string, MadeCase>> = {
  'message-v0.1': { bundle: chained(promisedOnly(message()), '0.1') },
  'message-v0.1-with-proof': { bundle: chained(message(), '0.1') },
  'message-v0.2': { bundle: chained(message(), '0.2') },
  'message-v0.3': { bundle: message() },
  'message-v0.3-other-spelling': {
    bundle: message({ mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3' }),
  },
  'statement-v0.1': { bundle: chained(statement(), '0.1') },
  'statement-v0.3': { bundle: statement() },
  'statement-logged-as-intoto': { bundle: loggedAsIntoto() },
  'statement-of-several-subjects': {
    bundle: statement({
      statement: (one) => ({
        ...one,
        subject: [{ name: 'other', digest: { sha256: '0'.repeat(64) } }, ...(one.subject as Json[])],
      }),
    }),
  },
  'artifact-of-its-own': {
    bundle: instance.message(Buffer.from('another artifact'), mock),
    artifact: Buffer.from('another artifact'),
  },
  'timestamp-beside-log': { bundle: stamped },
  'root-of-its-own': { bundle: other.message(ARTIFACT, mock), root: other.rootJson() },
  'rekor2-message': { bundle: messageV2 },
  'rekor2-dsse-as-hashedrekord': { bundle: statementV2 },
  'rekor2-dsse-as-dsse': { bundle: loggedAsDsseV2() },
  'rekor2-checkpoint-cosigned': {
    bundle: noted(messageV2, (note) => `${note}— witness.example ${base64(Buffer.alloc(68, 7))}\n`),
  },
  'managed-key': { bundle: managed(), key: managedPem() },
  'managed-key-without-hint': { bundle: managed({ hint: '' }), key: managedPem() },
  'managed-key-timestamp': { bundle: managed({ stamped: true }), key: managedPem() },
  'managed-key-rekor2': { bundle: managed({ v2: true }), key: managedPem() },
  'managed-key-statement': { bundle: managedStatement(), key: managedPem() },
  'managed-key-statement-rekor2': { bundle: managedStatement({ v2: true }), key: managedPem() },
  'managed-key-root-of-logs': {
    bundle: managed(),
    key: managedPem(),
    root: { ...instance.rootJson(), certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] },
  },
};

const BAD_LOG_ENTRIES: Readonly<Record<string, MadeCase>> = {
  'no-log-entry': { bundle: message({ log: false }) },
  'no-log-entry-but-timestamp': { bundle: message({ log: false, timestamp: true }) },
  'neither-promise-nor-proof': {
    bundle: chained(edited(promisedOnly(message()), `${ENTRY}.inclusionPromise`, undefined), '0.1'),
  },
  'proof-missing-v0.3': { bundle: promisedOnly(message()) },
  'promise-missing': { bundle: edited(message(), `${ENTRY}.inclusionPromise`, undefined) },
  'promise-invalid': { bundle: flipped(message(), `${ENTRY}.inclusionPromise.signedEntryTimestamp`) },
  'promise-of-another-log': {
    bundle: edited(
      message(),
      `${ENTRY}.inclusionPromise`,
      at(other.message(ARTIFACT, mock), `${ENTRY}.inclusionPromise`),
    ),
  },
  'integrated-time-changed': { bundle: edited(message(), `${ENTRY}.integratedTime`, String(TIME + 2)) },
  'integrated-time-outside-of-certificate': {
    bundle: edited(
      message(),
      ENTRY,
      logEntry(
        instance.log,
        JSON.parse(Buffer.from(at(message(), `${ENTRY}.canonicalizedBody`) as string, 'base64').toString()),
        TIME + 86_400,
      ),
    ),
  },
  'log-unknown': { bundle: edited(message(), ENTRY, at(other.message(ARTIFACT, mock), ENTRY)) },
  'log-id-changed': { bundle: edited(message(), `${ENTRY}.logId.keyId`, base64(sha256(Buffer.from('other')))) },
  'entry-twice': {
    bundle: edited(message(), 'verificationMaterial.tlogEntries', [at(message(), ENTRY), at(message(), ENTRY)]),
  },
  'entry-of-another-signature': {
    bundle: edited(message(), ENTRY, at(instance.message(Buffer.from('b'), mock), ENTRY)),
  },
  'entry-of-another-kind': { bundle: edited(message(), `${ENTRY}.kindVersion.kind`, 'dsse') },
  'entry-of-another-version': { bundle: edited(message(), `${ENTRY}.kindVersion.version`, '0.0.2') },
  'entry-body-no-json': { bundle: edited(message(), `${ENTRY}.canonicalizedBody`, base64(Buffer.from('{'))) },
  'entry-intoto-without-signature': { bundle: loggedAsIntoto((envelope) => ({ ...envelope, signatures: [] })) },
  'proof-hash-corrupted': { bundle: flipped(message(), `${PROOF}.hashes.0`) },
  'proof-hash-missing': { bundle: edited(message(), `${PROOF}.hashes`, []) },
  'proof-hash-too-many': {
    bundle: edited(message(), `${PROOF}.hashes`, [
      at(message(), `${PROOF}.hashes.0`),
      at(message(), `${PROOF}.hashes.0`),
    ]),
  },
  'proof-index-changed': { bundle: edited(message(), `${PROOF}.logIndex`, '0') },
  'proof-index-beyond-tree': { bundle: edited(message(), `${PROOF}.logIndex`, '2') },
  'checkpoint-missing': { bundle: edited(message(), `${PROOF}.checkpoint`, undefined) },
  'checkpoint-empty': { bundle: noted(message(), () => '') },
  'checkpoint-without-separator': { bundle: noted(message(), (note) => note.replace('\n\n', '\n')) },
  'checkpoint-without-signature': { bundle: noted(message(), (note) => `${note.split('\n\n')[0]}\n\n`) },
  'checkpoint-root-changed': {
    bundle: noted(message(), (note) => note.replace(/\n2\n.*\n/, `\n2\n${base64(sha256(Buffer.from('root')))}\n`)),
  },
  'checkpoint-size-changed': { bundle: noted(message(), (note) => note.replace('\n2\n', '\n3\n')) },
  'checkpoint-size-no-number': { bundle: noted(message(), (note) => note.replace('\n2\n', '\ntwo\n')) },
  'checkpoint-signature-invalid': {
    bundle: noted(
      message(),
      signedNote((bytes) => Buffer.concat([bytes.subarray(0, 4), signDer(Buffer.from('x'), instance.log.key)])),
    ),
  },
  'checkpoint-hint-changed': {
    bundle: noted(
      message(),
      signedNote((bytes) => Buffer.concat([Buffer.alloc(4), bytes.subarray(4)])),
    ),
  },
  'checkpoint-of-another-log': { bundle: edited(message(), NOTE, at(other.message(ARTIFACT, mock), NOTE)) },
};

const BAD_CERTIFICATES: Readonly<Record<string, MadeCase>> = {
  'certificate-of-another-instance': {
    bundle: message({ leaf: { authority: other.authority } }),
  },
  'certificate-expired-before-signing': { bundle: message({ leaf: { notBefore: TIME - 601, notAfter: TIME - 1 } }) },
  'certificate-not-yet-valid': { bundle: message({ leaf: { notBefore: TIME + 60 } }) },
  'certificate-without-timestamp-of-log': { bundle: message({ leaf: { timestamps: 0 } }) },
  'certificate-with-empty-list-of-timestamps': {
    bundle: message({
      leaf: { timestamps: 0, extensions: [{ oid: '1.3.6.1.4.1.11129.2.4.2', value: Buffer.from([4, 2, 0, 0]) }] },
    }),
  },
  'certificate-logged-elsewhere': { bundle: message({ leaf: { certificateLog: other.certificateLog } }) },
  'certificate-twice-logged-alike': { bundle: message({ leaf: { timestamps: 2 } }) },
  'certificate-of-an-authority': { bundle: message({ leaf: { spec: { ca: true } } }) },
  'certificate-for-other-uses': { bundle: message({ leaf: { usage: '1.3.6.1.5.5.7.3.8' } }) },
  'certificate-of-another-identity': { bundle: instance.message(ARTIFACT, { time: TIME }) },
  'certificate-of-a-longer-identity': { bundle: message({ leaf: { subject: `${BEACON.subject}2` } }) },
  'certificate-of-another-issuer': {
    bundle: message({
      claims: { ...claimsOf(), 1: 'https://issuer.example', 8: 'https://issuer.example', 9: BEACON.subject },
    }),
  },
  'certificate-missing': { bundle: edited(message(), 'verificationMaterial.certificate', undefined) },
  'certificate-chain-in-v0.3': {
    bundle: { ...chained(message(), '0.2'), mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
  },
  'certificate-chain-empty': {
    bundle: edited(chained(message(), '0.1'), 'verificationMaterial.x509CertificateChain.certificates', []),
  },
  'key-of-another-certificate': { bundle: message({ key: keyPair('another key') }) },
};

const BAD_CONTENTS: Readonly<Record<string, MadeCase>> = {
  'artifact-changed': { bundle: message(), artifact: Buffer.from('changed') },
  'artifact-changed-and-digest-too': {
    bundle: edited(message(), 'messageSignature.messageDigest.digest', base64(sha256(Buffer.from('changed')))),
    artifact: Buffer.from('changed'),
  },
  'statement-about-another-artifact': { bundle: statement(), artifact: Buffer.from('changed') },
  'statement-of-another-payload-type': { bundle: statement({ payloadType: 'text/plain' }) },
  'signature-invalid': { bundle: flipped(message(), SIGNATURE) },
  'signature-missing': { bundle: edited(message(), SIGNATURE, undefined) },
  'message-digest-changed': {
    bundle: edited(message(), 'messageSignature.messageDigest.digest', base64(sha256(Buffer.from('x')))),
  },
  'dsse-signature-invalid': { bundle: flipped(statement(), 'dsseEnvelope.signatures.0.sig') },
  'dsse-payload-changed': { bundle: flipped(statement(), 'dsseEnvelope.payload') },
  'dsse-payload-type-changed': { bundle: edited(statement(), 'dsseEnvelope.payloadType', 'application/json') },
  'dsse-two-signatures': {
    bundle: edited(statement(), 'dsseEnvelope.signatures', [
      at(statement(), 'dsseEnvelope.signatures.0'),
      at(statement(), 'dsseEnvelope.signatures.0'),
    ]),
  },
  'dsse-no-signature': { bundle: edited(statement(), 'dsseEnvelope.signatures', []) },
  'both-contents': { bundle: { ...statement(), messageSignature: message().messageSignature } },
  'no-content': { bundle: edited(message(), 'messageSignature', undefined) },
  'unknown-version': { bundle: message({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }) },
  'no-version': { bundle: edited(message(), 'mediaType', undefined) },
  'unknown-field': { bundle: { ...message(), more: 1 } },
  'no-material': { bundle: edited(message(), 'verificationMaterial', undefined) },
};

const rekor1 = at(message(), ENTRY);
const untrusted = createTsa('untrusted', instance.start);
const BAD_TIMES: Readonly<Record<string, MadeCase>> = {
  'timestamp-of-an-untrusted-authority': { bundle: stampedBy(stamped, untrusted, signatureOf(stamped), TIME + 1) },
  'timestamp-over-other-bytes': { bundle: stampedBy(stamped, instance.tsa, Buffer.from('other'), TIME + 1) },
  'timestamp-outside-of-certificate': {
    bundle: stampedBy(messageV2, instance.tsa, signatureOf(messageV2), TIME + 601),
  },
  'timestamp-before-certificate': { bundle: stampedBy(messageV2, instance.tsa, signatureOf(messageV2), TIME - 1) },
  'timestamp-before-its-authority': {
    bundle: messageV2,
    root: rootWith('timestampAuthorities.0.validFor.start', new Date((TIME + 2) * 1000).toISOString()),
  },
  'timestamp-after-its-authority': {
    bundle: messageV2,
    root: rootWith('timestampAuthorities.0.validFor.end', new Date(TIME * 1000).toISOString()),
  },
  'timestamp-corrupted': { bundle: flipped(stamped, STAMP) },
  'timestamp-no-der': { bundle: edited(stamped, STAMP, 'MAA=') },
  'timestamp-twice': {
    bundle: edited(messageV2, 'verificationMaterial.timestampVerificationData.rfc3161Timestamps', [
      { signedTimestamp: at(messageV2, STAMP) },
      { signedTimestamp: at(messageV2, STAMP) },
    ]),
  },
  'rekor2-without-timestamp': { bundle: message({ log: false, logV2: true }) },
  'rekor2-with-integrated-time-only': {
    bundle: edited(message({ log: false, logV2: true }), `${ENTRY}.integratedTime`, String(TIME + 1)),
  },
  'rekor2-checkpoint-invalid': {
    bundle: noted(
      messageV2,
      signedNote((bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(64)])),
    ),
  },
  'rekor2-checkpoint-of-witness-only': {
    bundle: noted(
      messageV2,
      (note) => `${note.split('\n\n')[0]}\n\n— witness.example ${base64(Buffer.alloc(68, 7))}\n`,
    ),
  },
  'rekor2-hash-corrupted': { bundle: flipped(messageV2, `${PROOF}.hashes.0`) },
  'rekor2-of-another-signature': {
    bundle: edited(
      messageV2,
      ENTRY,
      logEntryV2(instance.logV2, v2Body(sha256(ARTIFACT), Buffer.from('other'), leafOf(messageV2))),
    ),
  },
  'rekor2-of-another-digest': {
    bundle: edited(
      messageV2,
      ENTRY,
      logEntryV2(instance.logV2, v2Body(sha256(Buffer.from('x')), signatureOf(messageV2), leafOf(messageV2))),
    ),
  },
  'rekor2-dsse-as-hashedrekord-of-payload': {
    bundle: edited(
      statementV2,
      ENTRY,
      logEntryV2(
        instance.logV2,
        v2Body(
          sha256(Buffer.from(at(statementV2, 'dsseEnvelope.payload') as string, 'base64')),
          Buffer.from(at(statementV2, 'dsseEnvelope.signatures.0.sig') as string, 'base64'),
          leafOf(statementV2),
        ),
      ),
    ),
  },
  'rekor2-dsse-as-dsse-of-another-payload': { bundle: loggedAsDsseV2(Buffer.from('{}')) },
  'rekor2-entry-in-the-name-of-rekor1': {
    bundle: edited(messageV2, `${ENTRY}.logId`, (rekor1 as Json).logId),
  },
};

const BAD_ROOTS: Readonly<Record<string, MadeCase>> = {
  'root-of-another-instance': { bundle: message(), root: other.rootJson() },
  'root-log-without-start': { bundle: message(), root: rootWith('tlogs.0.publicKey.validFor', undefined) },
  'root-log-with-empty-validity': { bundle: message(), root: rootWith('tlogs.0.publicKey.validFor', {}) },
  'root-certificate-log-without-start': { bundle: message(), root: rootWith('ctlogs.0.publicKey.validFor', undefined) },
  'root-authority-without-start': {
    bundle: message(),
    root: rootWith('certificateAuthorities.0.validFor', undefined),
  },
  'root-log-ended-before': {
    bundle: message(),
    root: rootWith('tlogs.0.publicKey.validFor.end', new Date(TIME * 1000).toISOString()),
  },
  'root-log-began-after': {
    bundle: message(),
    root: rootWith('tlogs.0.publicKey.validFor.start', new Date((TIME + 2) * 1000).toISOString()),
  },
  'root-authority-ended-before': {
    bundle: message(),
    root: rootWith('certificateAuthorities.0.validFor.end', new Date(TIME * 1000).toISOString()),
  },
  'root-certificate-log-began-after': {
    bundle: message(),
    root: rootWith('ctlogs.0.publicKey.validFor.start', new Date((TIME + 2) * 1000).toISOString()),
  },
  'root-without-authorities': { bundle: message(), root: rootWith('certificateAuthorities', []) },
  'root-without-logs': { bundle: message(), root: rootWith('tlogs', []) },
  'root-without-certificate-logs': { bundle: message(), root: rootWith('ctlogs', []) },
  'root-log-key-changed': {
    bundle: message(),
    root: rootWith('tlogs.0.publicKey.rawBytes', base64(other.log.key.spki)),
  },
  'root-certificate-log-key-changed': {
    bundle: message(),
    root: rootWith('ctlogs.0.publicKey.rawBytes', base64(other.certificateLog.spki)),
  },
  'root-of-another-type': { bundle: message(), root: rootWith('mediaType', 'application/json') },
};

const BAD_KEYS: Readonly<Record<string, MadeCase>> = {
  'managed-key-another': { bundle: managed(), key: managedPem(keyPair('another managed key')) },
  'managed-key-not-given': { bundle: managed() },
  'managed-key-but-certificate': { bundle: message(), key: managedPem() },
  'managed-key-and-certificate': {
    bundle: edited(managed(), 'verificationMaterial.certificate', at(message(), 'verificationMaterial.certificate')),
    key: managedPem(),
  },
  'managed-key-artifact-changed': { bundle: managed(), key: managedPem(), artifact: Buffer.from('changed') },
  'managed-key-statement-about-another': {
    bundle: managedStatement(),
    key: managedPem(),
    artifact: Buffer.from('changed'),
  },
  'managed-key-not-logged': { bundle: managed({ log: false }), key: managedPem() },
  'managed-key-not-logged-but-stamped': { bundle: managed({ log: false, stamped: true }), key: managedPem() },
  'managed-key-promise-invalid': {
    bundle: flipped(managed(), `${ENTRY}.inclusionPromise.signedEntryTimestamp`),
    key: managedPem(),
  },
  'managed-key-signature-invalid': { bundle: flipped(managed(), SIGNATURE), key: managedPem() },
  'managed-key-root-without-logs': { bundle: managed(), key: managedPem(), root: rootWith('tlogs', []) },
  'managed-key-no-key': {
    bundle: managed(),
    key: Buffer.from('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'),
  },
};

const refused = (cases: Readonly<Record<string, MadeCase>>): [string, MadeCase][] =>
  Object.entries(cases).map(([name, one]) => [`${name}_fail`, one]);

const ALL: readonly (readonly [string, MadeCase])[] = [
  ...Object.entries(GOOD),
  ...[BAD_LOG_ENTRIES, BAD_CERTIFICATES, BAD_CONTENTS, BAD_TIMES, BAD_ROOTS, BAD_KEYS].flatMap(refused),
];

export const USUAL_ROOT = instance.root();

/** Writes all of them into a folder, in the suite's layout. Returns how many. */
export const writeCases = (folder: string): number => {
  writeFileSync(join(folder, USUAL_ARTIFACT), ARTIFACT);
  for (const [name, { bundle, root, artifact, key }] of ALL) {
    const place = join(folder, name);
    mkdirSync(place);
    writeFileSync(join(place, FILES.bundle), JSON.stringify(bundle));
    if (root !== undefined) writeFileSync(join(place, FILES.root), JSON.stringify(root));
    if (artifact !== undefined) writeFileSync(join(place, FILES.artifact), artifact);
    if (key !== undefined) writeFileSync(join(place, FILES.key), key);
  }
  return ALL.length;
};
