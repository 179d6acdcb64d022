import { CreateClinicsAndKeys1767225600000 } from './1767225600000-create-clinics-and-keys.js';
import { CreateExpressCustomers1767225600001 } from './1767225600001-create-express-customers.js';
import { CreateMembershipsEventsAndIdempotencyKeys1767225600100 } from './1767225600100-create-memberships-events-and-idempotency-keys.js';
import { CreateAndUpdateTimeAgree1767225600101 } from './1767225600101-create-and-update-time-agree.js';
import { FindExpressCustomers1767225600300 } from './1767225600300-find-express-customers.js';
import { CreateUnkeyedCreates1767225600500 } from './1767225600500-create-unkeyed-creates.js';
import { RememberEachTryOfUnkeyedCreates1767225600600 } from './1767225600600-remember-each-try-of-unkeyed-creates.js';
import { AddEventPositions1767225600700 } from './1767225600700-add-event-positions.js';
import { NumberEvents1767225600701 } from './1767225600701-number-events.js';
import { AddExternalReferences1767225600710 } from './1767225600710-add-external-references.js';
import { MakeExternalReferencesUnique1767225600711 } from './1767225600711-make-external-references-unique.js';
import { OrderByUpdateTime1767225600720 } from './1767225600720-order-by-update-time.js';
import { RecordWhoChangesApiKeys1767225600730 } from './1767225600730-record-who-changes-api-keys.js';

/** In the order they run. A released migration is never changed; the next one corrects it. */
export const migrations = [
  CreateClinicsAndKeys1767225600000,
  CreateExpressCustomers1767225600001,
  CreateMembershipsEventsAndIdempotencyKeys1767225600100,
  CreateAndUpdateTimeAgree1767225600101,
  FindExpressCustomers1767225600300,
  CreateUnkeyedCreates1767225600500,
  RememberEachTryOfUnkeyedCreates1767225600600,
  AddEventPositions1767225600700,
  NumberEvents1767225600701,
  AddExternalReferences1767225600710,
  MakeExternalReferencesUnique1767225600711,
  OrderByUpdateTime1767225600720,
  RecordWhoChangesApiKeys1767225600730,
];
