import type { LintFinding, LintReport } from './report.ts';

/** The key of app-compose.json that lines are counted in: there a compose file is one string. */
export const INSIDE = 'docker_compose_file';

/** `FILE:LINE`; of an app-compose `FILE: docker_compose_file:LINE`. Unescaped, as the file's name is. */
export const placeOf = ({ file, form }: Pick<LintReport, 'file' | 'form'>, line: LintFinding['line']): string => {
  if (line === undefined) return file;
  return form === 'app-compose' ? `${file}: ${INSIDE}:${line}` : `${file}:${line}`;
};
