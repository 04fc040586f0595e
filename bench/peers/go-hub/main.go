// The usual in-memory hub of Go services: that of gorilla/websocket's chat example, with prepared messages.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

type postMessage struct {
	Type    string      `json:"type"`
	Payload postPayload `json:"payload"`
}

type postPayload struct {
	PostID       string `json:"postId"`
	PostText     string `json:"postText"`
	AuthorUserID string `json:"author_user_id"`
}

// author replaces the user that the token of a post would name.
var author = uuid.NewString()

var upgrader = websocket.Upgrader{
	ReadBufferSize:  1024,
	WriteBufferSize: 1024,
	CheckOrigin:     func(*http.Request) bool { return true },
}

func main() {
	h := newHub()
	go h.run()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /post/feed/posted", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // Upgrade has answered.
		}
		(&client{hub: h, conn: conn, send: make(chan message, queueLength)}).serve()
	})
	mux.HandleFunc("POST /post/create", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Text *string `json:"text"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Text == nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		prepared, err := prepare(*body.Text)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		h.publish(prepared)
		w.WriteHeader(http.StatusOK)
	})
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

func prepare(text string) (*websocket.PreparedMessage, error) {
	payload := postPayload{PostID: uuid.NewString(), PostText: text, AuthorUserID: author}
	data, err := json.Marshal(postMessage{Type: "post", Payload: payload})
	if err != nil {
		return nil, err
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, data)
}
