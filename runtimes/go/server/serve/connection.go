package serve

import (
	"bytes"
	"io"
	"net"
	"time"
)

const maxHeadBytes = 1 << 20

// patience is how long a caller that does not read any more can keep us.
const patience = time.Second

const refusal = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: 12\r\n\r\nBad Request\n"

// strictConnection refuses requests that net/http takes, but another parser could frame differently: a length beside
// chunks, folded headers, lines that end without a carriage return.
type strictConnection struct {
	net.Conn
	head     []byte
	headOver bool
}

func newStrictConnection(connection net.Conn) *strictConnection {
	return &strictConnection{Conn: connection}
}

func (c *strictConnection) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	if !c.headOver && n > 0 {
		c.head = append(c.head, buffer[:n]...)
		if isAmbiguous(c.head) {
			io.WriteString(c.Conn, refusal)
			return 0, io.EOF
		}
		if bytes.Contains(c.head, []byte("\r\n\r\n")) || len(c.head) > maxHeadBytes {
			c.head, c.headOver = nil, true
		}
	}
	return n, err
}

// isAmbiguous looks at the start of a request: its head, or what has come of it, and perhaps some of its body.
func isAmbiguous(start []byte) bool {
	head, _, _ := bytes.Cut(start, []byte("\r\n\r\n"))
	var length, chunked bool
	for _, line := range bytes.Split(head, []byte("\r\n")) {
		if bytes.ContainsAny(line, "\n\x00") || bytes.HasPrefix(line, []byte(" ")) || bytes.HasPrefix(line, []byte("\t")) {
			return true
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte("Content-Length"))
		chunked = chunked || bytes.EqualFold(name, []byte("Transfer-Encoding"))
	}
	return length && chunked
}

// CloseWrite tells the caller that the answer is over.
func (c *strictConnection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close lets the caller read everything: one that is still writing would get an error instead.
func (c *strictConnection) Close() error {
	c.CloseWrite()
	c.SetReadDeadline(time.Now().Add(patience))
	io.Copy(io.Discard, c.Conn)
	return c.Conn.Close()
}

// listeningStrictly makes strict connections of those of a listener.
type listeningStrictly struct{ net.Listener }

func (l listeningStrictly) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newStrictConnection(connection), nil
}
