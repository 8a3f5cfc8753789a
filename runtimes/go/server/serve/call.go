package serve

import (
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"syscall"
)

// serveCall takes the one connection that comes on the descriptor, and ends when its exchange has.
func serveCall(settings settings, handler http.Handler) {
	file := os.NewFile(uintptr(settings.streamFD), "call")
	listener, err := net.FileListener(file)
	if err != nil {
		fail(err)
	}
	file.Close()
	if settings.readyFD >= 0 {
		syscall.Write(settings.readyFD, []byte{1})
		syscall.Close(settings.readyFD)
	}
	connection, err := listener.Accept()
	if err != nil {
		fail(err)
	}
	listener.Close()
	only := &onlyConnection{Conn: newStrictConnection(connection), ended: make(chan struct{})}
	newServer(handler).Serve(only)
}

func newServer(handler http.Handler) *http.Server {
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	server.SetKeepAlivesEnabled(false)
	return server
}

// onlyConnection is a listener on which one connection comes, and then nothing but its end.
type onlyConnection struct {
	net.Conn
	taken bool
	ended chan struct{}
}

func (o *onlyConnection) Accept() (net.Conn, error) {
	if !o.taken {
		o.taken = true
		return endingConnection{o.Conn.(*strictConnection), o.ended}, nil
	}
	<-o.ended
	return nil, io.EOF
}

func (o *onlyConnection) Addr() net.Addr { return o.LocalAddr() }

// Close is the server's, which closes its listener when it stops.
func (o *onlyConnection) Close() error { return nil }

type endingConnection struct {
	*strictConnection
	ended chan struct{}
}

func (c endingConnection) Close() error {
	err := c.strictConnection.Close()
	select {
	case <-c.ended:
	default:
		close(c.ended)
	}
	return err
}
