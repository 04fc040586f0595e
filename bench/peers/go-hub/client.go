package main

import (
	"time"

	"github.com/gorilla/websocket"
)

const (
	queueLength = 256
	writeWait   = 10 * time.Second
	readLimit   = 512
)

type client struct {
	hub  *hub
	conn *websocket.Conn
	send chan message
}

func (c *client) serve() {
	c.hub.register <- c
	go c.write()
	go c.read()
}

// write returns when the hub closes the queue.
func (c *client) write() {
	defer c.conn.Close()
	failed := false
	for m := range c.send {
		if !failed {
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			failed = c.conn.WritePreparedMessage(m.prepared) != nil
		}
		m.written.Done()
	}
}

// read detects the end of the connection and discards the client's messages.
func (c *client) read() {
	c.conn.SetReadLimit(readLimit)
	for {
		if _, _, err := c.conn.NextReader(); err != nil {
			break
		}
	}
	c.hub.unregister <- c
}
