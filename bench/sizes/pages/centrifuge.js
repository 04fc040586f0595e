import { Centrifuge } from 'centrifuge';

const centrifuge = new Centrifuge(`${location.origin}/connection/websocket`, {
  getToken: async () => localStorage.getItem('token') ?? '',
});
const subscription = centrifuge.newSubscription('feed');
subscription.on('publication', ({ data }) => console.log(data.postText));
subscription.subscribe();
centrifuge.connect();
