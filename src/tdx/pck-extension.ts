import type { Certificate } from '../asn1/certificate.ts';
import { type DerNode, DerReader, TAG, readDer } from '../asn1/der.ts';
import { oidOf, smallInteger } from '../asn1/values.ts';
import { TdxError } from './errors.ts';

/** The extension of Intel's PCK certificates (Intel SGX PCK Certificate and CRL Profile, 1.3.5). */
export const SGX_EXTENSION = '1.2.840.113741.1.13.1';

/** What it says about the platform. Identifiers are lower-case hex. */
export interface PckPlatform {
  /** Provisioning id of the platform, 16 bytes. */
  readonly ppid: string;
  /** The 16 component SVNs that TCB levels are compared with. */
  readonly componentSvns: readonly number[];
  readonly pceSvn: number;
  /** CPUSVN as the processor has it, 16 bytes. */
  readonly cpuSvn: string;
  readonly pceId: string;
  readonly fmspc: string;
}

const WHAT = 'the SGX extension of the PCK certificate';
const COMPONENTS = 16;

/** A SEQUENCE OF { oid, value }, by the part of the oid after `prefix`. */
const readPairs = (list: DerNode, prefix: string): ReadonlyMap<string, DerNode> => {
  const pairs = new Map<string, DerNode>();
  const reader = DerReader.inside(list, WHAT);
  while (!reader.done) {
    const pair = DerReader.inside(reader.next(TAG.sequence, 'a pair'), WHAT);
    const oid = oidOf(pair.next(TAG.oid, 'the identifier of a pair'), WHAT);
    const value = pair.any('the value of a pair');
    pair.end();
    if (!oid.startsWith(prefix)) throw new TdxError('bad-certificate', `${WHAT} holds the foreign identifier ${oid}`);
    const key = oid.slice(prefix.length);
    if (pairs.has(key)) throw new TdxError('bad-certificate', `${WHAT} holds ${oid} twice`);
    pairs.set(key, value);
  }
  return pairs;
};

const get = (pairs: ReadonlyMap<string, DerNode>, key: string, tag: number, name: string): DerNode => {
  const node = pairs.get(key);
  if (node === undefined) throw new TdxError('bad-certificate', `${WHAT} has no ${name}`);
  if (node.tag !== tag) throw new TdxError('bad-certificate', `${WHAT} has a ${name} of another type`);
  return node;
};

const octets = (pairs: ReadonlyMap<string, DerNode>, key: string, length: number, name: string): string => {
  const { content } = get(pairs, key, TAG.octetString, name);
  if (content.length !== length) {
    throw new TdxError('bad-certificate', `${WHAT} has a ${name} of ${content.length} bytes, not ${length}`);
  }
  return Buffer.from(content).toString('hex');
};

/** Reads the SGX extension. Throws `bad-certificate`, and `Asn1Error` where the DER is wrong. */
export const readPckExtension = (leaf: Certificate): PckPlatform => {
  const extension = leaf.extensions.get(SGX_EXTENSION);
  if (extension === undefined) throw new TdxError('bad-certificate', 'the PCK certificate has no SGX extension');
  const top = readPairs(readDer(extension.value, TAG.sequence, WHAT), `${SGX_EXTENSION}.`);
  const tcb = readPairs(get(top, '2', TAG.sequence, 'TCB'), `${SGX_EXTENSION}.2.`);
  const svn = (key: number, max: number, name: string): number =>
    smallInteger(get(tcb, String(key), TAG.integer, name), max, `${WHAT}: ${name}`);
  return {
    ppid: octets(top, '1', 16, 'PPID'),
    componentSvns: Array.from({ length: COMPONENTS }, (_, index) => svn(index + 1, 255, `component SVN ${index + 1}`)),
    pceSvn: svn(17, 65535, 'PCE SVN'),
    cpuSvn: octets(tcb, '18', 16, 'CPUSVN'),
    pceId: octets(top, '3', 2, 'PCE id'),
    fmspc: octets(top, '4', 6, 'FMSPC'),
  };
};
