/** The calendar by arithmetic, for those who go through many days. Days are counted from 1970-01-01; months are 1 to 12. */

/** In English, from January on. */
export const monthNames: readonly string[] = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days of 400 years, after which the calendar is the same. */
const eraDays = 146_097;
/** From the 1st of March of the year 0 to 1970: years that begin in March end with their leap day. */
const marchDays = 719_468;

/** A day that there is. */
export function dayOf(year: number, month: number, day: number): number {
  const ownYear = month > 2 ? year : year - 1;
  const era = Math.floor(ownYear / 400);
  const ofEra = ownYear - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(ofEra / 4) - Math.floor(ofEra / 100);
  return era * eraDays + ofEra * 365 + leaps + ofYear - marchDays;
}

/** The year, the month and the day that a day is, as a whole number of decimal digits: 20240131. */
export function digitsOfDay(day: number): number {
  const since = day + marchDays;
  const era = Math.floor(since / eraDays);
  const ofEra = since - era * eraDays;
  const years = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const year = era * 400 + years + (month <= 2 ? 1 : 0);
  return (year * 100 + month) * 100 + ofYear - Math.floor((153 * march + 2) / 5) + 1;
}
