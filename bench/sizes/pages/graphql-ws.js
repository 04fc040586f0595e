import { createClient } from 'graphql-ws';

const client = createClient({
  url: `${location.origin}/graphql`,
  connectionParams: () => ({ token: localStorage.getItem('token') }),
});
const query = 'subscription { post { postText } }';
client.subscribe(
  { query },
  {
    next: ({ data }) => console.log(data.post.postText),
    error: console.error,
    complete() {},
  },
);
