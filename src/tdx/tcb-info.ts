import { integerOf, objectOf, stringOf } from '../base/json.ts';
import { escapeText } from '../base/escape.ts';
import { TdxError } from './errors.ts';
import { type IsvLevel, readIsvLevels } from './isv-levels.ts';
import { type PlatformLevel, readPlatformLevels } from './platform-levels.ts';
import { bad, dateOf, hexOf, listOf, readSigned } from './shape.ts';

/** What the SEAM fields of a TD report must be under a mask. */
export interface ModuleIdentity {
  readonly mrSigner: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
}

/** A TDX module of one major version. */
export interface VersionedModule extends ModuleIdentity {
  /** `TDX_` and the major version as two upper-case hex digits. */
  readonly id: string;
  readonly levels: readonly IsvLevel[];
}

/** What Intel says of the platforms of one FMSPC (Intel PCS API v4, "TCB Info V3"). Identifiers are lower-case hex. */
export interface TcbInfo {
  /** Seconds since 1970: in force from `issueDate` on and before `nextUpdate`. */
  readonly issueDate: number;
  readonly nextUpdate: number;
  readonly fmspc: string;
  readonly pceId: string;
  readonly tcbEvaluationDataNumber: number;
  /** The module before there were versions. */
  readonly module: ModuleIdentity;
  readonly versionedModules: readonly VersionedModule[];
  /** Highest first. */
  readonly levels: readonly PlatformLevel[];
}

const NAME = 'tcb_info';
/** How levels are compared; 0 is the only way there is. */
const TCB_TYPE = 0;

const readModule = (fields: Readonly<Record<string, unknown>>, what: string): ModuleIdentity => ({
  mrSigner: hexOf(fields.mrsigner, 48, `${what}.mrsigner`),
  attributes: hexOf(fields.attributes, 8, `${what}.attributes`),
  attributesMask: hexOf(fields.attributesMask, 8, `${what}.attributesMask`),
});

const readVersionedModules = (value: unknown, what: string): readonly VersionedModule[] => {
  const modules = listOf(value, what, true).map((one, index) => {
    const part = `${what}[${index}]`;
    const fields = objectOf(one, part);
    const id = stringOf(fields.id, `${part}.id`);
    if (!/^TDX_[0-9A-F]{2}$/.test(id)) throw bad(`${part}.id is not that of a module: ${escapeText(id.slice(0, 40))}`);
    return { id, ...readModule(fields, part), levels: readIsvLevels(fields.tcbLevels, `${part}.tcbLevels`) };
  });
  if (new Set(modules.map(({ id }) => id)).size !== modules.length) throw bad(`${what} holds one id twice`);
  return modules;
};

/** Reads the text of a TCB info, whose signature somebody else checks. Throws `bad-collateral` and `wrong-collateral`. */
export const readTcbInfo = (text: string): TcbInfo =>
  readSigned(text, NAME, (value) => {
    const fields = objectOf(value, NAME);
    const id = stringOf(fields.id, `${NAME}.id`);
    const version = integerOf(fields.version, `${NAME}.version`);
    if (id !== 'TDX' || version !== 3) {
      throw new TdxError(
        'wrong-collateral',
        `${NAME} is of ${escapeText(id.slice(0, 40))} version ${version}, not of TDX version 3`,
      );
    }
    const tcbType = integerOf(fields.tcbType, `${NAME}.tcbType`);
    if (tcbType !== TCB_TYPE) throw bad(`${NAME}.tcbType is ${tcbType}, not ${TCB_TYPE}`);
    return {
      issueDate: dateOf(fields.issueDate, `${NAME}.issueDate`),
      nextUpdate: dateOf(fields.nextUpdate, `${NAME}.nextUpdate`),
      fmspc: Buffer.from(hexOf(fields.fmspc, 6, `${NAME}.fmspc`)).toString('hex'),
      pceId: Buffer.from(hexOf(fields.pceId, 2, `${NAME}.pceId`)).toString('hex'),
      tcbEvaluationDataNumber: integerOf(fields.tcbEvaluationDataNumber, `${NAME}.tcbEvaluationDataNumber`),
      module: readModule(objectOf(fields.tdxModule, `${NAME}.tdxModule`), `${NAME}.tdxModule`),
      versionedModules:
        fields.tdxModuleIdentities === undefined
          ? []
          : readVersionedModules(fields.tdxModuleIdentities, `${NAME}.tdxModuleIdentities`),
      levels: readPlatformLevels(fields.tcbLevels, `${NAME}.tcbLevels`),
    };
  });
