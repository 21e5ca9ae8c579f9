/** SIMULATED hardware: the ways in which a guest agent can answer badly, one a method at a time. */

interface FaultBase {
  /** For so many calls, then the method answers well again; for ever where not given. */
  readonly times?: number;
  /** Whether the call takes effect before it goes wrong; by default only where an answer was begun. */
  readonly applied?: boolean;
}

export type Fault = FaultBase &
  (
    | { readonly kind: 'error'; readonly status?: number; readonly message?: string }
    /** Never answers. */
    | { readonly kind: 'hang' }
    | { readonly kind: 'slow'; readonly ms: number }
    /** Other report data in the answer, and with `quoted` in the quote too. Hex. */
    | { readonly kind: 'report-data'; readonly value: string; readonly quoted?: boolean }
    /** Ends the connection after so many bytes of the body; 0 is after the head, -1 before it. */
    | { readonly kind: 'drop'; readonly after: number }
    /** An answer of so many bytes. */
    | { readonly kind: 'huge'; readonly bytes: number }
    /** A Content-Length that is so much too high or (negative) too low. */
    | { readonly kind: 'length'; readonly delta: number }
    /** A body that is not JSON, or not the expected one. */
    | { readonly kind: 'text'; readonly body: string; readonly status?: number; readonly contentType?: string }
    /** Changes the answer's value before it is written. */
    | { readonly kind: 'change'; readonly change: (answer: Record<string, unknown>) => unknown }
  );

/** By method name (`GetQuote`), or `*` for all. */
export type Faults = Readonly<Record<string, Fault>>;

export const takesEffect = (fault: Fault | undefined): boolean =>
  fault === undefined || (fault.applied ?? (fault.kind !== 'error' && fault.kind !== 'hang'));

export interface FaultTable {
  set(method: string, fault: Fault | undefined): void;
  /** The fault of this call, which counts. */
  take(method: string): Fault | undefined;
}

export const faultTable = (initial: Faults = {}): FaultTable => {
  const table = new Map<string, { fault: Fault; left: number }>();
  const set: FaultTable['set'] = (method, fault) => {
    if (fault === undefined) table.delete(method);
    else table.set(method, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  };
  for (const [method, fault] of Object.entries(initial)) set(method, fault);
  return {
    set,
    take: (method) => {
      const entry = table.get(method) ?? table.get('*');
      if (entry === undefined || entry.left === 0) return undefined;
      entry.left -= 1;
      return entry.fault;
    },
  };
};
