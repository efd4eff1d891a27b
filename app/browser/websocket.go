package browser

import (
	"context"
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"nhooyr.io/websocket"

	"oauthlab/app/lab"
)

// maxMessage is the longest message of the feed that is read, in bytes.
const maxMessage = 1 << 18

// dial opens a websocket. It blocks, so never on the goroutine that draws.
func dial(ctx context.Context, url string, protocols []string) (lab.Socket, error) {
	if !app.IsClient {
		return nil, errNoBrowser
	}
	type dialled struct {
		conn *websocket.Conn
		err  error
	}
	// In a browser the library cannot end a dial half way, so a dial that
	// nobody waits for any more closes what it opened.
	done := make(chan dialled, 1)
	go func() {
		conn, _, err := websocket.Dial(context.WithoutCancel(ctx), url, &websocket.DialOptions{Subprotocols: protocols})
		done <- dialled{conn, err}
	}()
	select {
	case d := <-done:
		if d.err != nil {
			return nil, d.err
		}
		d.conn.SetReadLimit(maxMessage)
		s := &socket{conn: d.conn}
		// A page that is left may be kept and come back; its connections may not.
		s.stop = listen("pagehide", false, func(app.Value) { _ = s.Close() })
		return s, nil
	case <-ctx.Done():
		go func() {
			if d := <-done; d.err == nil {
				_ = (&socket{conn: d.conn, stop: func() {}}).Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// socket is a websocket of text messages.
type socket struct {
	conn *websocket.Conn
	stop func() // ends listening for the end of the page
}

// Read returns the next message.
func (s *socket) Read(ctx context.Context) ([]byte, error) {
	_, message, err := s.conn.Read(ctx)
	// A connection that was cut has a status that nobody sends (RFC 6455 §7.4.1).
	if code := websocket.CloseStatus(err); code != -1 && code != websocket.StatusAbnormalClosure {
		return nil, fmt.Errorf("%w: %w", lab.ErrFarewell, err)
	}
	return message, err
}

// Write sends a message.
func (s *socket) Write(ctx context.Context, message []byte) error {
	return s.conn.Write(ctx, websocket.MessageText, message)
}

// Close ends the connection and does not wait for the other side. A page may
// close normally only: with any other status the browser refuses to close.
func (s *socket) Close() error {
	s.stop()
	go func() { _ = s.conn.Close(websocket.StatusNormalClosure, "") }()
	return nil
}
