package serve

import (
	"bytes"
	"errors"
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
	// nil for a body that does not come in chunks.
	chunks *strictChunks
}

var errMalformed = errors.New("the body is malformed")

func newStrictConnection(connection net.Conn) *strictConnection {
	return &strictConnection{Conn: connection}
}

func (c *strictConnection) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	body := buffer[:n]
	if !c.headOver && n > 0 {
		c.head = append(c.head, body...)
		head, rest, isWhole := bytes.Cut(c.head, []byte("\r\n\r\n"))
		lengths, codings, isStrict := framing(head)
		if !isStrict || lengths && codings || isWhole && !isOrderly(head, codings) {
			io.WriteString(c.Conn, refusal)
			return 0, io.EOF
		}
		body = rest
		if isWhole && codings {
			c.chunks = &strictChunks{}
		}
		if isWhole || len(c.head) > maxHeadBytes {
			c.head, c.headOver = nil, true
		}
	}
	if c.chunks != nil && !c.chunks.takes(body) {
		return 0, errMalformed
	}
	return n, err
}

// framing looks at a head, or at what has come of it: whether it has a length, whether a transfer coding, and whether it has no line
// that another parser could end elsewhere.
func framing(head []byte) (length, coding, isStrict bool) {
	for _, line := range bytes.Split(head, []byte("\r\n")) {
		if bytes.ContainsAny(line, "\n\x00") || bytes.HasPrefix(line, []byte(" ")) || bytes.HasPrefix(line, []byte("\t")) {
			return false, false, false
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte("Content-Length"))
		coding = coding || bytes.EqualFold(name, []byte("Transfer-Encoding"))
	}
	return length, coding, true
}

// isOrderly is for a whole head. A transfer coding in HTTP/1.0 counts for some, and not for others.
func isOrderly(head []byte, hasCoding bool) bool {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	if !requestLine.Match(line) || hasCoding && bytes.HasSuffix(line, []byte("1.0")) {
		return false
	}
	for len(fields) > 0 {
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		if !fieldLine.Match(line) {
			return false
		}
	}
	return true
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
