import { io } from 'socket.io-client';

const socket = io(location.origin, { auth: { token: localStorage.getItem('token') } });
socket.on('post', ({ postText }) => console.log(postText));
