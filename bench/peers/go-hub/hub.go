package main

import (
	"sync"

	"github.com/gorilla/websocket"
)

// message is passed to the writer of each client, which reports when it is written.
type message struct {
	prepared *websocket.PreparedMessage
	written  *sync.WaitGroup
}

// hub holds the clients. Only its own goroutine accesses them.
type hub struct {
	clients    map[*client]struct{}
	register   chan *client
	unregister chan *client
	broadcast  chan message
}

func newHub() *hub {
	return &hub{
		clients:    make(map[*client]struct{}),
		register:   make(chan *client),
		unregister: make(chan *client),
		broadcast:  make(chan message),
	}
}

func (h *hub) run() {
	for {
		select {
		case c := <-h.register:
			h.clients[c] = struct{}{}
		case c := <-h.unregister:
			h.drop(c)
		case m := <-h.broadcast:
			for c := range h.clients {
				m.written.Add(1)
				select {
				case c.send <- m:
				default: // A client that does not keep up must not hold up the others.
					m.written.Done()
					h.drop(c)
				}
			}
			m.written.Done()
		}
	}
}

func (h *hub) drop(c *client) {
	if _, ok := h.clients[c]; !ok {
		return
	}
	delete(h.clients, c)
	close(c.send)
}

// publish returns once the message is written to all clients.
func (h *hub) publish(prepared *websocket.PreparedMessage) {
	var written sync.WaitGroup
	written.Add(1) // For the hub itself, so that it does not end early.
	h.broadcast <- message{prepared, &written}
	written.Wait()
}
