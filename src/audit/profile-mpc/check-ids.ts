/** The checks of NEAR's contract on a node of its MPC network, in the contract's order; then the stricter one that is ours. */
export const MPC_CHECK_IDS = [
  'mpc.image',
  'mpc.launcher',
  'mpc.tcb',
  'mpc.report-data',
  'mpc.replay',
  'mpc.app-compose',
  'mpc.compose-hash',
  'mpc.measurements',
  'mpc.events',
] as const;
