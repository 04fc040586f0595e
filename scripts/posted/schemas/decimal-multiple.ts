/**
 * Whether a number is a multiple of another, as decimals: 0.3 is a multiple of 0.1. The remainder of their binary values
 * would be off.
 */
export default function isMultiple(value: number, step: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0;
  const [digits, exponent] = decimal(value);
  const [stepDigits, stepExponent] = decimal(step);
  const shared = Math.min(exponent, stepExponent);
  return (
    (digits * 10n ** BigInt(exponent - shared)) % (stepDigits * 10n ** BigInt(stepExponent - shared)) === 0n
  );
}

/** The shortest decimal that denotes a number: its digits, and the power of ten that they are multiplied by. */
function decimal(value: number): readonly [digits: bigint, exponent: number] {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}
