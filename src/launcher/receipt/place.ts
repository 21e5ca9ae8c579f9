/** Names another folder for the receipt, for where /run cannot be written to. twl-attest reads it too. */
export const FOLDER_VARIABLE = 'TWL_RUN_DIR';
export const RECEIPT_FOLDER = '/run/trusted-workload-launcher';
export const RECEIPT_NAME = 'receipt.json';
