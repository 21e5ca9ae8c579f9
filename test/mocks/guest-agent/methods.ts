/** SIMULATED hardware: the methods of the service DstackGuest (dstack agent_rpc.proto). */
import { Buffer } from 'node:buffer';
import type { Deployment } from '../deployment.ts';
import { attestationBytes } from '../deployment/attestation.ts';
import { infoAnswer, quoteAnswerOf } from '../deployment/info.ts';
import type { Features } from './features.ts';
import type { MachineState } from './machine-state.ts';

export type Parameters = Readonly<Record<string, unknown>>;
/** An answer; undefined is an empty body. What it throws is an answer 400 with the message. */
export type Method = (parameters: Parameters) => Promise<Record<string, unknown> | undefined>;

const REPORT_DATA_SIZE = 64;

/** Hex as dstack's strict decoder reads it: bare, of even length, absent means empty. */
const hexParameter = (parameters: Parameters, name: string): Buffer => {
  const value = parameters[name] ?? '';
  if (typeof value !== 'string') throw new Error(`Failed to deserialize: ${name}: invalid type, expected a string`);
  if (value.length % 2 !== 0) throw new Error(`Failed to deserialize: ${name}: Odd number of digits`);
  const wrong = value.search(/[^0-9a-fA-F]/);
  if (wrong >= 0) {
    throw new Error(`Failed to deserialize: ${name}: Invalid character '${value[wrong]}' at position ${wrong}`);
  }
  return Buffer.from(value, 'hex');
};

const reportDataOf = (parameters: Parameters): Buffer => {
  const given = hexParameter(parameters, 'report_data');
  if (given.length > REPORT_DATA_SIZE) throw new Error('Report data is too long');
  return Buffer.concat([given, Buffer.alloc(REPORT_DATA_SIZE)], REPORT_DATA_SIZE);
};

const nameOf = (parameters: Parameters): string => {
  const name = parameters.event ?? '';
  if (typeof name !== 'string') throw new Error('Failed to deserialize: event: invalid type, expected a string');
  return name;
};

export const createMethods = (
  deployment: Deployment,
  state: MachineState,
  features: Features,
  version: string,
): ReadonlyMap<string, Method> => {
  const quoteNow = (reportData: Uint8Array): Buffer => {
    const { rtmr3 } = state.body();
    return deployment.quoteFor(reportData, rtmr3 === undefined ? {} : { body: { rtmr3 } });
  };
  const methods: [string, boolean, Method][] = [
    [
      'Info',
      true,
      async () => ({ ...infoAnswer(deployment, deployment.certificatePem, state.body(), state.events()) }),
    ],
    [
      'GetQuote',
      true,
      async (parameters) => {
        const reportData = reportDataOf(parameters);
        const quote = quoteNow(reportData);
        return { ...quoteAnswerOf(deployment, quote, reportData, features.quoteLog, state.events()) };
      },
    ],
    [
      'Attest',
      features.attest,
      async (parameters) => {
        const reportData = reportDataOf(parameters);
        const bytes = attestationBytes(deployment, quoteNow(reportData), reportData, state.events());
        return { attestation: bytes.toString('hex') };
      },
    ],
    [
      'EmitEvent',
      features.emitEvent,
      async (parameters) => {
        await state.extend(nameOf(parameters), hexParameter(parameters, 'payload'));
        return undefined;
      },
    ],
    ['Version', features.version, async () => ({ version, rev: 'SIMULATED' })],
  ];
  return new Map(methods.filter(([, there]) => there).map(([name, , method]) => [name, method]));
};
