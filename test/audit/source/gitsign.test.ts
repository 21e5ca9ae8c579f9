import { describe, expect, test } from 'vitest';
import { describeSignature, judgeSignature, signatureFindings } from '../../../src/audit/source/judge-signature.ts';
import { readCms } from '../../../src/audit/source/signature/cms.ts';
import type { SignatureFacts } from '../../../src/audit/source/signature/facts.ts';
import { readX509Signature } from '../../../src/audit/source/signature/gitsign.ts';
import { readLogEntry } from '../../../src/audit/source/signature/log-entry.ts';
import { readProtobuf } from '../../../src/audit/source/signature/protobuf.ts';
import { type GitsignVerdict, verifyGitsign } from '../../../src/audit/source/signature/verify-gitsign.ts';
import { readTrustedRoots } from '../../../src/provenance/trusted-root.ts';
import { octetString, oid, sequence, set } from '../../mocks/der.ts';
import { logEntry } from '../../mocks-sigstore/rekor.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import {
  bytesField,
  cmsAttribute,
  editDer,
  encodeEntry,
  forger,
  gitsign,
  gitsignCms,
  type GitsignOptions,
  instance,
  ISSUER,
  LOG_ENTRY,
  numberField,
  SUBJECT,
  TIME,
} from './gitsign-support.ts';
import { armor, COMMIT } from './signature-support.ts';

const roots = readTrustedRoots(instance.root(), 'root');
const other = new Sigstore({ name: 'another' });
const others = readTrustedRoots(other.root(), 'other');

const facts = (options: GitsignOptions = {}, commit: Uint8Array = COMMIT): Extract<SignatureFacts, { kind: 'x509' }> =>
  readX509Signature(gitsign(options), commit) as Extract<SignatureFacts, { kind: 'x509' }>;
const verdict = (options: GitsignOptions = {}, believed = roots, commit: Uint8Array = COMMIT): GitsignVerdict =>
  verifyGitsign(facts(options, commit).material!, believed);

const GOOD = { state: 'good', instance: 'public-good', subject: SUBJECT, issuer: ISSUER, loggedAt: TIME + 2 };

describe('a signature of gitsign', () => {
  test('is taken apart', () => {
    expect(facts()).toMatchObject({
      kind: 'x509',
      identity: `email:${SUBJECT}`,
      issuer: 'O=gitsign sigstore, CN=SIMULATED Fulcio intermediate',
      material: { fits: true },
      why: undefined,
    });
  });

  test('holds by the roots alone', () => {
    expect(verdict()).toEqual(GOOD);
    expect(verdict({}, [...others, ...roots])).toEqual(GOOD);
  });

  test('holds by a promise without a proof, as older ones are', () => {
    expect(verdict({ entry: ({ inclusionProof: _, ...entry }) => entry })).toEqual(GOOD);
  });

  test('may have further certificates, and names its own', () => {
    const certificates = [other.authority.issuer.der, instance.authority.issuer.der];
    expect(verdict({ certificates: (leaf) => [...certificates, leaf.der] })).toEqual(GOOD);
  });

  test('of a workflow has its address', () => {
    const leaf = { claims: { 8: ISSUER }, subject: 'https://ci.example/run', spec: {} };
    expect(verdict({ leaf })).toMatchObject({ state: 'good', subject: 'https://ci.example/run' });
  });

  test.each<[string, GitsignOptions, 'bad' | 'not-verified', string | RegExp]>([
    ['another commit', { payload: Buffer.from('x') }, 'bad', 'it is over other bytes than the commit'],
    ['another key', { key: forger }, 'bad', 'it is not of the key of its certificate'],
    [
      'no entry',
      { entry: () => undefined },
      'not-verified',
      'not verifiable offline: it carries no entry of a transparency log',
    ],
    [
      'an entry of another log',
      { entry: () => logEntry(other.log, { kind: 'hashedrekord', apiVersion: '0.0.1' }, TIME + 2) },
      'not-verified',
      /TLOG_INCLUSION_PROMISE_ERROR\)$/,
    ],
    [
      'an entry of another signature',
      { entry: () => logEntry(instance.log, { kind: 'hashedrekord', apiVersion: '0.0.1', spec: {} }, TIME + 2) },
      'not-verified',
      /TLOG_INCLUSION_PROMISE_ERROR\)$/,
    ],
    [
      'another time than the log promised',
      { entry: (entry) => ({ ...entry, integratedTime: TIME + 3 }) },
      'not-verified',
      /TLOG_INCLUSION_PROMISE_ERROR\)$/,
    ],
    ['a certificate that was over by then', { leaf: { notAfter: TIME + 1 } }, 'not-verified', /CERTIFICATE_ERROR\)$/],
    ['a certificate that was not logged', { leaf: { timestamps: 0 } }, 'not-verified', /expected 1 SCTs, got 0/],
    [
      'a proof and no promise, which says no time',
      { entry: ({ inclusionPromise: _, ...entry }) => entry },
      'not-verified',
      /expected 1 timestamps, got 0/,
    ],
    [
      'an entry that cannot be read',
      { encoded: (bytes) => bytes.subarray(1) },
      'not-verified',
      /^its log entry cannot be read: it /,
    ],
    [
      'an entry with a wrong length inside',
      { entry: (entry) => ({ ...entry, logId: { keyId: 'AAAA' } }) },
      'not-verified',
      /^its log entry cannot be read: the signature\..*keyId has 3 bytes, not 32$/,
    ],
  ])('does not with %s', (_what, options, state, why) => {
    const found = verdict(options);
    expect(found).toMatchObject({ state });
    if (found.state === 'good') return;
    if (typeof why === 'string') expect(found.why).toBe(why);
    else expect(found.why).toMatch(why);
  });

  test('does not where the commit was changed, although the log has it', () => {
    expect(verdict({}, roots, Buffer.concat([COMMIT, Buffer.from('x')]))).toEqual({
      state: 'bad',
      why: 'it is over other bytes than the commit',
    });
  });

  test('does not without a root, or under that of another instance', () => {
    expect(verdict({}, [])).toEqual({ state: 'not-verified', why: 'no trusted root was given' });
    expect(verdict({}, [...others, ...others])).toMatchObject({
      state: 'not-verified',
      why: expect.stringMatching(/^does not verify under the other root: .*; does not verify under the other root: /),
    });
  });
});

describe('what is said of it', () => {
  const factsOf = (signature: SignatureFacts) => ({ signature: { value: signature } }) as never;
  const GOOD_TEXT = `signed by ${SUBJECT}, for whom ${ISSUER} vouched to Sigstore (public-good), logged at 2026-01-02T00:00:02Z: it holds; whether that one's word counts, the commit does not prove`;
  const head = `signed with a certificate for email:${SUBJECT}, which says it is of O=gitsign sigstore, CN=SIMULATED Fulcio intermediate, as gitsign does`;

  test.each<[string, GitsignOptions, string, boolean]>([
    ['good', {}, GOOD_TEXT, false],
    ['bad', { payload: Buffer.from('x') }, `${head}: IT DOES NOT HOLD (it is over other bytes than the commit)`, true],
    [
      'not verified',
      { entry: () => undefined },
      `${head}: it was not verified (not verifiable offline: it carries no entry of a transparency log)`,
      false,
    ],
  ])('%s', (_what, options, text, isFinding) => {
    const signature = facts(options);
    expect(describeSignature(signature, roots)).toBe(text);
    // Information, and never a pass.
    expect(judgeSignature(factsOf(signature), roots)).toMatchObject({ state: 'not-checked', exit: 13, summary: text });
    expect(signatureFindings(factsOf(signature), roots)).toEqual(
      isFinding ? [{ id: 'source.bad-signature', text }] : [],
    );
  });

  test('without roots', () => {
    expect(describeSignature(facts())).toBe(`${head}: it was not verified (no trusted root was given)`);
    expect(signatureFindings(factsOf(facts({ payload: Buffer.from('x') })))).toHaveLength(1);
  });
});

describe('the CMS signature', () => {
  const refused: [string, GitsignOptions, string][] = [
    ['another type', { type: '1.2.840.113549.1.7.1' }, 'the CMS signature is of another type'],
    [
      'data of its own',
      { content: sequence(oid('1.2.840.113549.1.7.1'), octetString(COMMIT)) },
      'the CMS signature holds data of its own',
    ],
    ['data of another type', { content: sequence(oid('1.2.3')) }, 'the CMS signature holds data of its own'],
    [
      'a signer by key id',
      { signerVersion: 3 },
      'the CMS signature does not name its certificate by issuer and serial number',
    ],
    ['another hash', { hash: sequence(oid('1.3.14.3.2.26')) }, 'the CMS signature uses another hash than SHA-256'],
    [
      'another algorithm',
      { algorithm: sequence(oid('1.2.840.10045.4.3.3')) },
      'the CMS signature is of an algorithm that is not known here',
    ],
    ['another content type', { contentType: '1.2.3' }, 'the CMS signature is about something else than data'],
    [
      'no content type',
      { signedAttributes: ([, digest]) => [digest!] },
      'the CMS signature does not sign what it is about',
    ],
    ['no digest', { signedAttributes: ([type]) => [type!] }, 'the CMS signature does not sign a digest'],
    [
      'an attribute twice',
      { signedAttributes: ([type, digest]) => [type!, digest!, digest!] },
      'the CMS signature has the attribute 1.2.840.113549.1.9.4 twice',
    ],
    [
      'an attribute with two values',
      {
        signedAttributes: ([type]) => [
          type!,
          cmsAttribute('1.2.840.113549.1.9.4', octetString(Buffer.alloc(32)), octetString(Buffer.alloc(32))),
        ],
      },
      'the CMS signature: 34 bytes follow where nothing may',
    ],
    [
      'too many attributes',
      {
        unsignedAttributes: () =>
          Array.from({ length: 33 }, (_, index) => cmsAttribute(`1.2.${index}`, octetString(Buffer.alloc(1)))),
      },
      'the CMS signature has more than 32 attributes',
    ],
    ['two signers', { signers: (one) => [one, one] }, 'follow where nothing may'],
    ['no signer', { signers: () => [] }, 'the CMS signature: its signer is cut off'],
    [
      'too many certificates',
      { certificates: (leaf) => Array(11).fill(leaf.der) },
      'the CMS signature has more than 10 certificates',
    ],
    [
      'a digest that is no octet string',
      { signedAttributes: ([type]) => [type!, cmsAttribute('1.2.840.113549.1.9.4', set())] },
      'not 0x04',
    ],
  ];

  test.each(refused)('is refused with %s', (_what, options, message) => {
    expect(() => readCms(gitsignCms(options))).toThrow(message);
    const found = facts(options);
    expect(found).toMatchObject({ identity: undefined, issuer: undefined, material: undefined });
    expect(found.why).toMatch(/^it cannot be read: /);
    expect(found.why).toContain(message);
  });

  const DATA = [1, 0];
  const SIGNER = [...DATA, 4, 0];
  const ATTRIBUTE = [...SIGNER, 3, 0];

  test('is taken apart and put together here as it was', () => {
    const cms = gitsignCms();
    for (const path of [[], DATA, SIGNER, ATTRIBUTE]) expect(editDer(cms, path, (all) => all)).toEqual(cms);
  });

  test.each<[string, readonly number[], number, number?]>([
    ['its type', [], 0],
    ['its content', [], 1],
    ['its SignedData', [1], 0],
    ['its version', DATA, 0],
    ['its hashes', DATA, 1],
    ['its content info', DATA, 2],
    ['the type of its data', [...DATA, 2], 0],
    ['its certificates', DATA, 3, 0xa0],
    ['a certificate', [...DATA, 3], 0],
    ['its revocation lists', DATA, 4, 0xa1],
    ['its signers', DATA, 4],
    ['its signer', [...DATA, 4], 0],
    ['the version of the signer', SIGNER, 0],
    ['the name of the certificate', SIGNER, 1],
    ['the issuer', [...SIGNER, 1], 0],
    ['the serial number', [...SIGNER, 1], 1],
    ['the hash', SIGNER, 2],
    ['the signed attributes', SIGNER, 3],
    ['the signature algorithm', SIGNER, 4],
    ['the signature', SIGNER, 5],
    ['the unsigned attributes', SIGNER, 6, 0xa1],
    ['an attribute', [...SIGNER, 3], 0],
    ['the type of an attribute', ATTRIBUTE, 0],
    ['the values of an attribute', ATTRIBUTE, 1],
    ['the value of an attribute', [...ATTRIBUTE, 1], 0],
  ])('says that %s is cut off', (part, path, kept, tag = 0x30) => {
    const cut = editDer(gitsignCms(), path, (all) => [...all.slice(0, kept), Buffer.from([tag, 0x7f])]);
    expect(() => readCms(cut)).toThrow(`the CMS signature: ${part} is cut off`);
  });

  test.each<[string, readonly number[]]>([
    ['its content', []],
    ['its SignedData', [1]],
    ['its signers', DATA],
    ['its one signer', [...DATA, 4]],
    ['the serial number', [...SIGNER, 1]],
    ['the unsigned attributes', SIGNER],
    ['the values of an attribute', ATTRIBUTE],
    ['the value of an attribute', [...ATTRIBUTE, 1]],
  ])('has nothing after %s', (_what, path) => {
    const more = editDer(gitsignCms(), path, (all) => [...all, Buffer.from([5, 0])]);
    expect(() => readCms(more)).toThrow('the CMS signature: 2 bytes follow where nothing may');
  });

  test('has an end', () => {
    expect(() => readCms(Buffer.concat([gitsignCms(), Buffer.alloc(1)]))).toThrow('1 bytes follow where nothing may');
  });

  test.each(['1.2.840.10045.4.3.2', '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.1'])('may be of %s', (algorithm) => {
    expect(readCms(gitsignCms({ algorithm: sequence(oid(algorithm), Buffer.from([5, 0])) })).certificates).toHaveLength(
      1,
    );
  });

  test.each<[string, GitsignOptions, string]>([
    ['a certificate that is none', { certificates: () => [sequence()] }, 'a certificate: '],
    [
      'a log entry that is no octet string',
      { unsignedAttributes: () => [cmsAttribute(LOG_ENTRY, set())] },
      'the log entry: the outermost element has tag 0x31, not 0x04',
    ],
  ])('says what is wrong with %s', (_what, options, message) => {
    expect(facts(options).why).toContain(`it cannot be read: ${message}`);
  });

  test('may have as much as is allowed', () => {
    const many = Array.from({ length: 32 }, (_, index) => cmsAttribute(`1.2.${index}`, octetString(Buffer.alloc(1))));
    expect(readCms(gitsignCms({ unsignedAttributes: () => many })).unsigned.size).toBe(32);
    expect(readCms(gitsignCms({ certificates: (leaf) => Array(10).fill(leaf.der) })).certificates).toHaveLength(10);
  });

  test('of whom no certificate came along', () => {
    const why = 'the certificate of its signer did not come along';
    expect(facts({ certificates: () => [] })).toMatchObject({ identity: undefined, material: undefined, why });
    expect(facts({ certificates: () => [instance.authority.issuer.der] }).why).toBe(why);
    expect(facts({ serial: Buffer.from([5]) }).why).toBe(why);
    // The serial number is its own, and the issuer is not.
    const renamed = editDer(gitsignCms(), [...SIGNER, 1], ([, serial]) => [sequence(), serial!]);
    expect(readX509Signature(armor('SIGNED MESSAGE', renamed), COMMIT)).toMatchObject({ material: undefined, why });
  });

  test('of a key that signs nothing', () => {
    const material = { ...facts().material!, leaf: Buffer.from('no certificate') };
    expect(verifyGitsign(material, roots)).toEqual({ state: 'bad', why: 'it is not of the key of its certificate' });
  });
});

describe('an entry of the log in protobuf', () => {
  const entry = logEntry(instance.log, { kind: 'k', apiVersion: '1' }, TIME) as Record<string, unknown>;
  const { canonicalizedBody: _, ...rest } = entry;

  test('is read as a bundle has it', () => {
    expect(readLogEntry(encodeEntry(entry))).toEqual(rest);
    expect(readLogEntry(bytesField(7, Buffer.from('body')))).toEqual({ canonicalizedBody: 'Ym9keQ==' });
    // No character of a text is passed over.
    const marked = bytesField(3, bytesField(1, Buffer.from('\ufeffk')));
    expect(readLogEntry(marked)).toEqual({ kindVersion: { kind: '\ufeffk' } });
  });

  test.each<[string, Buffer, string]>([
    ['an unknown field', numberField(8, 1), 'it has a field of the number 8, which is not known'],
    ['a field twice', Buffer.concat([numberField(1, 1), numberField(1, 1)]), 'it has logIndex twice'],
    ['a number for bytes', bytesField(2, numberField(1, 1)), 'it has a number where bytes belong'],
    ['a number for text', bytesField(3, numberField(1, 1)), 'it has a number where text belongs'],
    ['a number for a message', numberField(2, 1), 'it has a number where a message belongs'],
    ['bytes for a number', bytesField(1, Buffer.from('x')), 'it has bytes where a number belongs'],
    ['text that is none', bytesField(3, bytesField(1, Buffer.from([0xff]))), 'The encoded data was not valid'],
    ['the field 0', numberField(0, 1), 'it has a field of the number 0'],
    ['a field of another kind', Buffer.from([0x09]), 'it has a field of the kind 1'],
    ['a number that is cut off', Buffer.from([0x08, 0x80]), 'it ends within a number'],
    ['nothing for a number', Buffer.from([0x08]), 'it ends within a number'],
    ['a field that is cut off', Buffer.from([0x12, 0x02, 0x00]), 'it ends within a field'],
    [
      'a number above the largest',
      Buffer.from([0x08, ...Array(9).fill(0x80), 0x02]),
      'it has a number of more than 64 bits',
    ],
    ['a large number', Buffer.from([0x08, ...Array(9).fill(0xff), 0x02]), 'it has a number of more than 64 bits'],
    ['a long number', Buffer.from([0x08, ...Array(10).fill(0x80), 0x00]), 'it has a number of more than ten bytes'],
    ['too many fields', Buffer.concat(Array(129).fill(numberField(1, 1))), 'it has more than 128 fields'],
  ])('is refused: %s', (_what, encoded, message) => {
    expect(() => (message.includes('128') ? readProtobuf(encoded) : readLogEntry(encoded))).toThrow(message);
  });

  test('has no field of the number 0, whoever reads it', () => {
    expect(() => readProtobuf(numberField(0, 1))).toThrow(new Error('it has a field of the number 0'));
    expect(() => readProtobuf(bytesField(0))).toThrow(new Error('it has a field of the number 0'));
  });

  test('may be as large as is allowed', () => {
    expect(readProtobuf(Buffer.concat(Array(128).fill(numberField(1, 300))))).toHaveLength(128);
    expect(readProtobuf(Buffer.from([0x08, ...Array(9).fill(0xff), 0x01]))).toEqual([
      { number: 1, value: 2n ** 64n - 1n },
    ]);
    expect(readProtobuf(Buffer.alloc(0))).toEqual([]);
  });
});
