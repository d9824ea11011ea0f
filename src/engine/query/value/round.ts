import { canonical, partsOf, type Numeric } from './decimal.ts';

/** How a quotient of whole numbers is made whole: given the quotient cut towards zero, the rest and the divisor. */
type Rounding = (quotient: bigint, rest: bigint, divisor: bigint) => bigint;

/** Keeps `digits` after the point, before it where negative. */
function roundBy(value: Numeric, digits: number, rounding: Rounding): Numeric {
  if (typeof value === 'number' && digits >= 0 && Number.isInteger(value)) return value;
  const { coefficient, exponent } = partsOf(value);
  const drop = -exponent - digits;
  if (drop <= 0) return value;
  // Beyond the last digit it makes no difference how far.
  const divisor = 10n ** BigInt(Math.min(drop, String(coefficient).length + 1));
  const quotient = coefficient / divisor;
  return canonical(rounding(quotient, coefficient % divisor, divisor), -digits);
}

/** Half away from zero. */
export function roundNumber(value: Numeric, digits: number): Numeric {
  return roundBy(value, digits, (quotient, rest, divisor) => {
    const size = rest < 0n ? -rest : rest;
    if (size * 2n < divisor) return quotient;
    return rest < 0n ? quotient - 1n : quotient + 1n;
  });
}

export function floorNumber(value: Numeric): Numeric {
  return roundBy(value, 0, (quotient, rest) => (rest < 0n ? quotient - 1n : quotient));
}

export function ceilNumber(value: Numeric): Numeric {
  return roundBy(value, 0, (quotient, rest) => (rest > 0n ? quotient + 1n : quotient));
}

/** Towards zero. */
export function truncateNumber(value: Numeric, digits = 0): Numeric {
  return roundBy(value, digits, (quotient) => quotient);
}
