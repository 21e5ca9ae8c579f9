/** SIMULATED hardware: the read-only pages that an agent shows to the outside on port 8090. */
import type { Deployment } from '../deployment.ts';

/** The paths of the pages and the methods behind them. */
export const PAGES: Readonly<Record<string, string>> = {
  '/prpc/Info': 'Info',
  '/prpc/Worker.Info': 'Info',
  '/prpc/Worker.Version': 'Version',
};

export const DASHBOARD = '<!doctype html><title>SIMULATED dstack worker</title><p>SIMULATED\n';

/** With `public_tcbinfo: false` in app-compose, `tcb_info` and `vm_config` are blank here. */
export const publicInfo = (deployment: Deployment, info: Record<string, unknown>): Record<string, unknown> => {
  let compose: unknown;
  try {
    compose = JSON.parse(deployment.appCompose.toString('utf8'));
  } catch {
    compose = undefined;
  }
  const hidden =
    typeof compose === 'object' && compose !== null && 'public_tcbinfo' in compose && compose.public_tcbinfo === false;
  return hidden ? { ...info, tcb_info: '', vm_config: '' } : info;
};
