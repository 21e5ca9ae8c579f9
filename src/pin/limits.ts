/** The largest config. */
export const MAX_PIN_BYTES = 64 * 1024;

/** The largest child environment file; the kernel takes 128 KiB for one variable. */
export const MAX_ENV_FILE_BYTES = 64 * 1024;

/** How many errors of one text are reported. A wrong line end on every line would bury the rest. */
export const MAX_ERRORS = 20;

/** The longest remote URL. Servers refuse more than about 8,000. */
export const MAX_URL_LENGTH = 2048;

/** Linux: PATH_MAX without the final NUL, and NAME_MAX, in bytes. */
export const MAX_PATH_BYTES = 4095;
export const MAX_NAME_BYTES = 255;
