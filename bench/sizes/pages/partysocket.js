import { WebSocket } from 'partysocket';

const socket = new WebSocket(`${location.origin}/feed?token=${localStorage.getItem('token')}`);
socket.addEventListener('message', ({ data }) => console.log(JSON.parse(data).postText));
