/** Whether this is `npm run test:long`: more of what is drawn at random, from new seeds. */
export const long = process.env.ROWRIVER_LONG === '1';
