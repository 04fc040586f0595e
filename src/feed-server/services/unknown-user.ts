import { PostedError } from 'posted/server';

export function unknownUser(): PostedError {
  return new PostedError('not_found', 'There is no user with this id.');
}
