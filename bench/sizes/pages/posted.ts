import { connect, localStorageCursor } from 'posted/client';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';

const client = connect(postFeedPosted, {
  url: location.origin,
  auth: () => localStorage.getItem('token') ?? '',
  cursor: localStorageCursor('feed'),
});
client.on.post(({ payload }) => console.log(payload.postText));
