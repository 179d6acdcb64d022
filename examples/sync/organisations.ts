import { readFile } from 'node:fs/promises';

/** What is read of a FHIR R4 Organization (https://hl7.org/fhir/R4/organization.html). */
interface Organization {
  resourceType: 'Organization';
  id?: string;
  identifier?: { system?: string; value?: string }[];
  active?: boolean;
  name?: string;
  address?: { city?: string; country?: string }[];
  telecom?: { system?: string; value?: string }[];
}

/** An item of `upsertExpressCustomers`. */
export interface UpsertInput {
  externalReferenceId: string;
  expressCustomerName: string | undefined;
  setMetadata: Record<string, string>;
  unsetMetadata: string[];
  reactivate: boolean;
}

export interface Organisation {
  input: UpsertInput;
  isActive: boolean;
}

function toOrganisation({ id, identifier, active, name, address, telecom }: Organization): Organisation {
  const values: Record<string, string | undefined> = {
    city: address?.[0]?.city,
    country: address?.[0]?.country,
    phone: telecom?.find(({ system }) => system === 'phone')?.value,
  };
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const isActive = active !== false;
  return {
    isActive,
    input: {
      externalReferenceId: identifier?.[0]?.value ?? id ?? '',
      expressCustomerName: name,
      // The other keys of the metadata belong to others, and stay.
      setMetadata: Object.fromEntries(given),
      unsetMetadata: Object.keys(values).filter((key) => values[key] === undefined),
      reactivate: isActive,
    },
  };
}

/** The organisations of a FHIR Bundle in a file, in its order. */
export async function readOrganisations(file: string): Promise<Organisation[]> {
  const bundle = JSON.parse(await readFile(file, 'utf8')) as { entry?: { resource?: { resourceType: string } }[] };
  const resources = (bundle.entry ?? []).map(({ resource }) => resource);
  const isOrganization = (resource?: { resourceType: string }): resource is Organization =>
    resource?.resourceType === 'Organization';
  return resources.filter(isOrganization).map(toOrganisation);
}
