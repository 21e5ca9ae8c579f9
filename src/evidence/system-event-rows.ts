/** One step of a row. `optional`: at most once; `repeated`: any number, none included. */
interface RowStep {
  readonly name: string;
  readonly times: 'once' | 'optional' | 'repeated';
}

/** What dstack extends into RTMR3 while it boots, in order, by release line. */
export interface SystemEventRow {
  readonly line: string;
  readonly steps: readonly RowStep[];
}

/** `name` once, `name?` at most once, `name*` any number of times. */
const row = (line: string, steps: string): SystemEventRow => ({
  line,
  steps: steps.split(' ').map((step) => {
    if (step.endsWith('?')) return { name: step.slice(0, -1), times: 'optional' };
    if (step.endsWith('*')) return { name: step.slice(0, -1), times: 'repeated' };
    return { name: step, times: 'once' };
  }),
});

/**
 * The known orders (dstack `system_setup.rs` by tag). In the 0.6 line the two GPU events come together or not at all;
 * they stand here as two optional ones, and `system-events.ts` holds them together.
 */
export const SYSTEM_EVENT_ROWS: readonly SystemEventRow[] = [
  row(
    '0.4.0',
    'system-preparing rootfs-hash app-id compose-hash instance-id boot-mr-done mr-kms? key-provider system-ready',
  ),
  row(
    '0.4.2 to 0.5.11',
    'system-preparing app-id compose-hash instance-id boot-mr-done mr-kms? os-image-hash? key-provider storage-fs? system-ready',
  ),
  row(
    '0.6',
    'system-preparing app-id compose-hash init-script-hash* gpu-policy-hash? gpu-attestation? instance-id boot-mr-done os-image-hash? key-provider storage-fs system-ready',
  ),
];

/** Every name that dstack itself extends; `ca-cert-hash` up to 0.3. */
export const SYSTEM_EVENT_NAMES: ReadonlySet<string> = new Set([
  'ca-cert-hash',
  ...SYSTEM_EVENT_ROWS.flatMap(({ steps }) => steps.map(({ name }) => name)),
]);

/** The only name that may come more than once before `system-ready`. */
export const REPEATED_EVENT = 'init-script-hash';

/**
 * How far `names` follow the row: how many of them fit, and what should have come next, undefined where the row is met
 * to its end. A step's name never stands at two places of a row, so that no choice has to be undone.
 */
export const followRow = (
  { steps }: SystemEventRow,
  names: readonly string[],
): { fits: number; wanted: string | undefined } => {
  let at = 0;
  for (const { name, times } of steps) {
    if (times === 'repeated') {
      while (names[at] === name) at++;
    } else if (names[at] === name) {
      at++;
    } else if (times === 'once') {
      return { fits: at, wanted: name };
    }
  }
  return { fits: at, wanted: undefined };
};
