/**
 * Which form a JSON report has. A key that is added leaves it as it is; one that changes its meaning, or goes, makes it v2.
 */
export const VERDICT_SCHEMA = 'trusted-workload-launcher/verdict/v1';
