import { PostedError } from 'posted/server';

export function unknownPost(): PostedError {
  return new PostedError('not_found', 'There is no post with this id.');
}
