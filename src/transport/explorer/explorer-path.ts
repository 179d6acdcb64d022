/** Where the explorer is. */
export const EXPLORER_PATH = '/explorer';
