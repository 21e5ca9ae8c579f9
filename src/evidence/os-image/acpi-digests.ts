import { EvidenceError } from '../errors.ts';
import type { LogEvent } from '../log-event.ts';
import type { AcpiDigests } from './firmware-events.ts';

/** EV_PLATFORM_CONFIG_FLAGS (TCG PC Client Platform Firmware Profile): what the firmware measures ACPI data as. */
const CONFIG_FLAGS = 0x0a;
const NAMES = ['acpi-loader', 'acpi-rsdp', 'acpi-tables'];
/** What logs before dstack 0.6 have as payload of all three, which then have no name. */
const ACPI_DATA = 'ACPI DATA';

const isAcpi = ({ register, eventType, name, payload }: LogEvent): boolean =>
  register === 0 &&
  eventType === CONFIG_FLAGS &&
  (NAMES.includes(name) ||
    name === ACPI_DATA ||
    (name === '' && Buffer.from(payload).toString('latin1') === ACPI_DATA));

/**
 * The digests of the three ACPI events of RTMR0, by name where they have one, else by their order. They are the log's
 * word: that RTMR0 comes out right with them proves that these tables were measured, and not that they are good.
 * Throws {@link EvidenceError} `bad-event-log` where there are not exactly three, with digests, in order.
 */
export const acpiDigestsOf = (events: readonly LogEvent[]): AcpiDigests => {
  const acpi = events.filter(isAcpi);
  const [loader, rsdp, tables, ...more] = acpi;
  if (loader?.digest === undefined || rsdp?.digest === undefined || tables?.digest === undefined || more.length > 0) {
    throw new EvidenceError('bad-event-log', `the log has ${acpi.length} ACPI events, not three with a digest each`);
  }
  const named = acpi.some(({ name }) => NAMES.includes(name));
  if (named && acpi.some(({ name }, index) => name !== NAMES[index])) {
    throw new EvidenceError('bad-event-log', `the ACPI events of the log are not ${NAMES.join(', ')}, in this order`);
  }
  return { loader: loader.digest, rsdp: rsdp.digest, tables: tables.digest };
};
