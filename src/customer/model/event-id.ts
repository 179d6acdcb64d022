/** What identifies an event within a clinic: a customer has one event per version. */
export interface EventKey {
  expressCustomerId: string;
  version: number;
}

const EVENT_ID = /^evt_([0-9a-f]{32})_([1-9][0-9]{0,8})$/;

/** The id of an event: `evt_`, the 32 hex digits of its customer's id, and the customer's version after the change. */
export const toEventId = ({ expressCustomerId, version }: EventKey): string =>
  `evt_${expressCustomerId.slice('cus_'.length)}_${version}`;

/** What an id stands for; null for a text of any other form. */
export function parseEventId(id: string): EventKey | null {
  const [, digits, version] = EVENT_ID.exec(id) ?? [];
  return digits === undefined ? null : { expressCustomerId: `cus_${digits}`, version: Number(version) };
}
