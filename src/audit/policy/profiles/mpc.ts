import { MPC_CHECK_IDS } from '../../profile-mpc/check-ids.ts';
import { parsePolicy } from '../parse.ts';
import type { Policy } from '../policy.ts';

/** docs/policies/mpc.toml, which a test holds to be the same text. */
export const MPC_POLICY = `# The policy of \`twl verify --profile mpc\`: what has to pass of a node of NEAR's MPC network beside what always has to. It comes
# with the program; as a file it can be given with --policy, alone or in front of one's own.
#
# The first eight are what NEAR's contract checks, in its order. The last two are stricter: nothing else in RTMR3 after the start, and the
# compose hash in MRCONFIGID, which is set before the machine boots and which no guest can change.
#
# It only demands: what the contract accepts is in the file of --allowed.
required_checks = [
${MPC_CHECK_IDS.map((id) => `  "${id}",\n`).join('')}  "compose.config-id",
]
`;

/** The policy of the profile. */
export const mpcPolicy = (): Policy => parsePolicy(new TextEncoder().encode(MPC_POLICY), 'profile mpc');
