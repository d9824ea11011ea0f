// A program for CALL that gives each record as it was given.
export const stateless = true;
export const stage = (record) => record;
