import type { ExpressCustomerFilter } from '../../src/customer/contract/express-customer.filter.js';

/** What is asked for, and how many of 1,000,000 customers it matches. */
export const FILTERS: Record<string, ExpressCustomerFilter> = {
  'no filter': {},
  'isActive: true (68 %)': { isActive: true },
  'isActive: false (32 %)': { isActive: false },
  'name "center" (50 %)': { nameContains: 'center' },
  'name "sports clinic" (2.4 %)': { nameContains: 'sports clinic' },
  'name "a1b2" (60)': { nameContains: 'a1b2' },
  'name "xylophon" (20)': { nameContains: 'xylophon' },
  'name "qqqq" (none)': { nameContains: 'qqqq' },
  'region north (43 %)': { metadata: { region: 'north' } },
  'region north, tier gold (0.85 %)': { metadata: { region: 'north', tier: 'gold' } },
  'tier platinum (200)': { metadata: { tier: 'platinum' } },
  'externalId (1)': { metadata: { externalId: 'ext-777' } },
  'active, "green", west (1 %)': { isActive: true, nameContains: 'green', metadata: { region: 'west' } },
  'inactive, "sports clinic", gold (160)': {
    isActive: false,
    nameContains: 'sports clinic',
    metadata: { tier: 'gold' },
  },
  'active, "center", platinum (70)': { isActive: true, nameContains: 'center', metadata: { tier: 'platinum' } },
};

/** Where no index can keep the cost flat: stated, not hidden. */
export const LIMITS: Record<string, ExpressCustomerFilter> = {
  'source import (the oldest 20 %)': { metadata: { source: 'import' } },
  'name "xy" (20; two letters)': { nameContains: 'xy' },
  'name "q" (none; one letter)': { nameContains: 'q' },
};
