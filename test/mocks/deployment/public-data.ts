/** SIMULATED hardware: the `/public_data` page of a NEAR MPC node, and the report data that binds its keys. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Collateral } from '../intel/collateral.ts';
import { tcbInfoAnswer } from './info.ts';
import type { Machine } from './machine.ts';

export interface NearKeys {
  readonly p2p: Uint8Array;
  readonly account: Uint8Array;
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base 58 as NEAR writes keys. */
export const base58 = (bytes: Uint8Array): string => {
  let value = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = `${ALPHABET[Number(value % 58n)]}${text}`;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return `${'1'.repeat(zeros < 0 ? bytes.length : zeros)}${text}`;
};

export const DEFAULT_NEAR_KEYS: NearKeys = {
  p2p: createHash('sha256').update('SIMULATED p2p key').digest(),
  account: createHash('sha256').update('SIMULATED account key').digest(),
};

/** Version 1 in two bytes, SHA3-384 of both keys, 14 zeros. */
export const nearReportData = ({ p2p, account }: NearKeys): Buffer => {
  const hash = createHash('sha3-384').update(p2p).update(account).digest();
  return Buffer.concat([Buffer.from([0, 1]), hash, Buffer.alloc(14)]);
};

const numbers = (hex: string): number[] => [...Buffer.from(hex, 'hex')];
const keyText = (key: Uint8Array): string => `ed25519:${base58(key)}`;

/** As the node keeps it: without the aggregate. */
const nearTcbInfo = (machine: Machine): object => {
  const { mr_aggregated: _, ...rest } = tcbInfoAnswer(machine, machine.body, machine.events);
  return rest;
};

export const publicDataOf = (machine: Machine, quote: Uint8Array, keys: NearKeys, collateral: Collateral): object => ({
  near_signer_public_key: keyText(keys.account),
  near_p2p_public_key: keyText(keys.p2p),
  near_responder_public_keys: [keyText(createHash('sha256').update('SIMULATED responder key').digest())],
  tee_participant_info: {
    Dstack: {
      quote: [...quote],
      collateral: {
        ...collateral,
        root_ca_crl: numbers(collateral.root_ca_crl),
        pck_crl: numbers(collateral.pck_crl),
        tcb_info_signature: numbers(collateral.tcb_info_signature),
        qe_identity_signature: numbers(collateral.qe_identity_signature),
      },
      tcb_info: nearTcbInfo(machine),
    },
  },
});
