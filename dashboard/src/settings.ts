/** What the service writes into the page, as attributes of its body. */
export interface Settings {
  /** The key of the demo clinic; empty outside development and on other machines. */
  demoKey: string;
}

export const readSettings = (attributes: Readonly<Record<string, string | undefined>>): Settings => ({
  demoKey: attributes.key ?? '',
});
