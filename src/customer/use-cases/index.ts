export { createExpressCustomer } from './create-express-customer.js';
export { expressCustomer } from './express-customer.js';
export { expressCustomers } from './express-customers.js';
