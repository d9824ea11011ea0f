export const long: boolean;
