import { sameBytes } from '../../evidence/bytes.ts';
import { partValue } from '../../evidence/evidence.ts';
import { verifyRaTlsChain } from '../../evidence/ra-tls/verify-chain.ts';
import { certificateReportData, nearReportData } from '../../evidence/report-data.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

const compare = (context: Context, expected: Uint8Array, of: string, origins: string[], details: string[]): Outcome => {
  const found = context.quote().body.reportData;
  const remarks = { expected: hex(expected), found: hex(found), source: of, origins, details };
  return sameBytes(expected, found)
    ? passed({ ...remarks, summary: `the quote was made for ${of}` })
    : failed({ ...remarks, summary: `the quote was not made for ${of}` });
};

const checkNearKeys = (context: Context): Outcome => {
  const keys = partValue(context.evidence.nearKeys!);
  return compare(
    context,
    nearReportData(keys),
    'the P2P key and the account key of the node',
    originsOf(context, 'quote', 'nearKeys'),
    [],
  );
};

/** Where the chain contradicts what was measured; undefined where it does not. */
const contradiction = (context: Context, appId: Uint8Array | undefined, rootSpki: string): string | undefined => {
  if (context.evidence.eventLog === undefined) return undefined;
  const { system } = context.events();
  if (appId !== undefined && !sameBytes(appId, system.appId))
    return `the chain is for app ${hex(appId)}, and ${hex(system.appId)} was measured`;
  const { name, id } = system.keyProvider;
  if (name === 'kms' && hex(id) !== rootSpki) return 'the chain ends at another key than that of the measured KMS';
  return undefined;
};

const checkCertificate = (context: Context): Outcome => {
  const origins = originsOf(context, 'quote', 'certificates');
  const chain = verifyRaTlsChain(partValue(context.evidence.certificates!), context.expectations.now.value);
  const wrong = contradiction(context, chain.appId, chain.rootSpki);
  if (wrong !== undefined) {
    return failed({ summary: wrong, source: 'the event log', origins: originsOf(context, 'certificates', 'eventLog') });
  }
  const carried = chain.extensions.quote ?? chain.extensions.attestation?.quote;
  if (carried !== undefined && !sameBytes(carried, partValue(context.evidence.quote!))) {
    return failed({ summary: 'the certificate carries another quote than the evidence', origins });
  }
  return compare(context, certificateReportData(chain.leaf.spki), "the key of the agent's certificate", origins, [
    'the agent throws this key away: no connection is bound to it, and it proves nothing about today',
  ]);
};

export const certReportData: Check = {
  id: 'cert.report-data',
  step: 'attestation',
  title: 'the quote was made for what came with it',
  proves:
    "The quote's report data is the hash of the key in the agent's certificate (or, for a NEAR MPC node, of its two keys), and the certificate's chain agrees with what was measured: the parts of the evidence belong together.",
  from: "the quote's report data, and the RA-TLS certificate chain or the node's public keys",
  assumes: 'The quote is genuine (quote.signature).',
  citation: 'dstack ra-tls, "ratls-cert:"; near/mpc crates/attestation, ReportData V1',
  required: ['agent-info', 'near-mpc'],
  needs: ['quote.parse'],
  run: (context) => {
    if (context.evidence.nearKeys !== undefined) return checkNearKeys(context);
    if (context.evidence.certificates !== undefined) return checkCertificate(context);
    return notChecked({
      summary: 'there is no certificate and no key that the report data could be of',
      found: hex(context.quote().body.reportData),
      origins: originsOf(context, 'quote'),
    });
  },
};
