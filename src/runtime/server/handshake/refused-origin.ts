import { PostedError } from '../../shared/errors.ts';
import { type OriginPolicy, printableOrigin } from '../../shared/origin.ts';
import { Refusal } from './refusal.ts';

/** Refuses the page of an origin. The client learns which setting to change, and only the log learns its value. */
export function refuseOrigin(origin: string, policy: OriginPolicy, settingName: string | undefined): Refusal {
  const setting = settingName ?? 'the option `origins`';
  const printable = printableOrigin(origin);
  if (printable === null) {
    return forbidden('The Origin header is not an origin that may connect to this server.');
  }
  if (printable === 'null') {
    return forbidden(
      `Pages without an origin, such as local files, may connect to this server only if ${setting} allows any origin.`,
    );
  }
  const allowed = [...(policy.kind === 'list' ? policy.origins : []), printable];
  return forbidden(
    `Pages of ${printable} may not connect to this server. To allow them, add ${printable} to ${setting}.`,
    settingName === undefined
      ? `origins: [${allowed.map((each) => `'${each}'`).join(', ')}]`
      : `${settingName}=${allowed.join(',')}`,
  );
}

function forbidden(message: string, remedy?: string): Refusal {
  return new Refusal('origin', new PostedError('forbidden', message), { remedy });
}
