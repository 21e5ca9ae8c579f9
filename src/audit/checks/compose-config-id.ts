import { checkConfigId } from '../../evidence/check-config-id.ts';
import { partValue } from '../../evidence/evidence.ts';
import { readConfigId } from '../../evidence/config-id.ts';
import type { SystemEvents } from '../../evidence/system-events.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notBound, notChecked, passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';

/** What the log says, where it is there and proved; its own checks say what is wrong with it where it is not. */
const provedSystem = (context: Context): SystemEvents | undefined => {
  try {
    const isProved = context.registers().some(({ register, state }) => register === 3 && state === 'matches');
    return isProved ? context.events().system : undefined;
  } catch {
    // A form that needs these values cannot be recomputed then, and that is what is reported.
    return undefined;
  }
};

/** The hash of the app-compose itself, else the one that was measured; and which of the two. */
const composeHashOf = (
  context: Context,
  system: SystemEvents | undefined,
): readonly [Uint8Array, string] | undefined => {
  if (context.evidence.appCompose !== undefined) return [context.composeHash(), 'the app-compose'];
  return system === undefined ? undefined : [system.composeHash, 'the compose-hash event'];
};

export const composeConfigId: Check = {
  id: 'compose.config-id',
  step: 'attestation',
  title: 'the hardware binds the app-compose, too',
  proves:
    "The quote's MRCONFIGID, fixed before the machine ran its first instruction, is that of this app-compose: a second binding, which no code inside can influence.",
  from: "the quote's MRCONFIGID and the app-compose",
  assumes:
    'The quote is genuine (quote.signature). Hosts may leave the field zero: then only the event log binds the app-compose.',
  citation: 'dstack mr_config_id V1 to V3; Intel TDX Module Base Architecture Specification, "MRCONFIGID"',
  required: 'never',
  needs: ['quote.parse'],
  run: (context) => {
    const system = provedSystem(context);
    const { mrConfigId } = context.quote().body;
    const origins = originsOf(context, 'quote', 'appCompose', 'mrConfig');
    if (readConfigId(mrConfigId).form === 'none') {
      return notBound({ summary: 'mr_config_id is zero: the hardware does not bind the app-compose', origins });
    }
    const hash = composeHashOf(context, system);
    if (hash === undefined) {
      return notChecked({ summary: 'the evidence has no app-compose to hold mr_config_id against', origins });
    }
    const { mrConfig } = context.evidence;
    const provider = system?.keyProvider;
    const { state, summary, expected, found } = checkConfigId(mrConfigId, {
      composeHash: hash[0],
      appId: system?.appId,
      keyProvider:
        provider === undefined
          ? undefined
          : { kind: provider.name === 'local-sgx' ? 'local' : provider.name, id: provider.id },
      mrConfigDocument: mrConfig === undefined ? undefined : partValue(mrConfig),
    });
    const remarks = {
      summary,
      ...(expected === undefined ? {} : { expected, source: hash[1] }),
      ...(found === undefined ? {} : { found }),
      origins,
    };
    if (state === 'bound') return passed(remarks);
    return state === 'cannot-recompute' ? notChecked(remarks) : failed(remarks);
  },
};
