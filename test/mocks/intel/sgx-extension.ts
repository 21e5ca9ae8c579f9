/** SIMULATED hardware: the SGX extension of a PCK certificate (Intel SGX PCK Certificate and CRL Profile, OID 1.2.840.113741.1.13.1). */
import type { Buffer } from 'node:buffer';
import { boolean, enumerated, integer, octetString, oid, sequence } from '../der.ts';
import type { Extension } from '../x509/extensions.ts';
import type { Platform } from './platform.ts';

export const SGX_EXTENSION_OID = '1.2.840.113741.1.13.1';

const item = (suffix: string, value: Uint8Array): Buffer => sequence(oid(`${SGX_EXTENSION_OID}.${suffix}`), value);

const tcb = ({ components, pceSvn, cpuSvn }: Platform): Buffer =>
  sequence(
    ...components.map((svn, index) => item(`2.${index + 1}`, integer(svn))),
    item('2.17', integer(pceSvn)),
    item('2.18', octetString(cpuSvn)),
  );

const configuration = ({ dynamicPlatform, cachedKeys, smtEnabled }: Platform): Buffer =>
  sequence(item('7.1', boolean(dynamicPlatform)), item('7.2', boolean(cachedKeys)), item('7.3', boolean(smtEnabled)));

/** The items in Intel's order; those of a platform's instance only where the Platform CA issues (a Processor CA leaves them out). */
const items = (platform: Platform): readonly Buffer[] => [
  item('1', octetString(platform.ppid)),
  item('2', tcb(platform)),
  item('3', octetString(platform.pceId)),
  item('4', octetString(platform.fmspc)),
  item('5', enumerated(platform.sgxType)),
  ...(platform.ca === 'processor'
    ? []
    : [item('6', octetString(platform.instanceId)), item('7', configuration(platform))]),
];

/** `edit` may drop, double, swap or replace the items. */
export const sgxExtension = (
  platform: Platform,
  edit: (items: readonly Buffer[]) => readonly Uint8Array[] = (all) => all,
): Extension => ({ oid: SGX_EXTENSION_OID, value: sequence(...edit(items(platform))) });
