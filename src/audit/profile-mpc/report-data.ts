import { sameBytes } from '../../evidence/bytes.ts';
import { partValue } from '../../evidence/evidence.ts';
import { nearReportData } from '../../evidence/report-data.ts';
import type { Check } from '../check.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

export const mpcReportData: Check = {
  id: 'mpc.report-data',
  step: 'attestation',
  title: "the quote was made for the node's two keys",
  proves:
    'All 64 bytes of the report data are the version 1, SHA3-384 of the P2P key and the account key, and 14 zero bytes: a quote of another node, or of other keys, is told apart.',
  from: "the quote's report data, and the keys of the node's public data",
  assumes: 'The quote is genuine (quote.signature). That the keys are those on chain is for the reader to compare.',
  citation: 'near/mpc crates/mpc-attestation, ReportDataV1; it is SHA3-384, although comments there say SHA-384',
  required: 'never',
  isOptional: true,
  needs: ['quote.signature'],
  run: (context) => {
    const { nearKeys } = context.evidence;
    if (nearKeys === undefined) {
      return notChecked({ summary: 'the evidence names no keys of a node', hint: "give the node's /public_data" });
    }
    const keys = partValue(nearKeys);
    const expected = nearReportData(keys);
    const found = context.quote().body.reportData;
    const remarks = {
      expected: hex(expected),
      found: hex(found),
      source: 'the two keys in the evidence',
      origins: originsOf(context, 'quote', 'nearKeys'),
      details: [`P2P key ${hex(keys.p2p)}`, `account key ${hex(keys.account)}`],
    };
    return sameBytes(expected, found)
      ? passed({ ...remarks, summary: 'the report data is that of the two keys' })
      : failed({ ...remarks, summary: 'the report data is not that of the two keys' });
  },
};
