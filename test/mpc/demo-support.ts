import { parse } from 'yaml';

/** What an operator fills in, read out of a compose file of the example. */
export const parseLauncherSettings = (text: string): { images: string[]; pin: string[]; image: string } => {
  const { services } = parse(text) as {
    services: Record<string, { image: string; environment?: Record<string, string> }>;
  };
  const { LAUNCHER_CONFIG = '', DEFAULT_IMAGE_DIGEST = '' } = services.launcher?.environment ?? {};
  return {
    images: Object.values(services).map(({ image }) => image),
    pin: LAUNCHER_CONFIG.trimEnd().split('\n'),
    image: DEFAULT_IMAGE_DIGEST,
  };
};
